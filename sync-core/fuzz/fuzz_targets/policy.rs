//! Policy packs and tables of weights, which an admin uploads.
//!
//! Does not judge by them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::identity::Rules;
use sync_core::policy::PolicyPack;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(pack) = PolicyPack::parse(text) {
        let _ = pack.reference();
        let _ = pack.session_counts_from_minutes();
        for minute in [0, 719, 1439] {
            let _ = pack.ring_now("", minute);
        }
    }
    let _ = Rules::parse(text);
});
