//! Any two subjects: no panic, and the same answer whoever comes first.
//!
//! Does not know who is really the same.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sync_core::identity::{
    Band, Identifier, IdentifierKind, Rules, SamePerson, Subject, Verified, compare, normalise_name, same_person,
    search_keys,
};
use sync_core::persons::Pair;

#[derive(Debug, Arbitrary)]
struct Named {
    family: String,
    given: String,
    born: String,
    numbers: Vec<(u8, String, bool)>,
}

fn subject(named: Named) -> Subject {
    let kinds = [IdentifierKind::Pnc, IdentifierKind::Cro, IdentifierKind::Nhs, IdentifierKind::Force];
    let number = |(kind, value, seen): (u8, String, bool)| Identifier {
        kind: kinds[usize::from(kind) % kinds.len()],
        value,
        verified: if seen { Verified::Yes } else { Verified::No },
    };
    Subject {
        family: named.family,
        given: named.given,
        born: named.born.parse().ok(),
        identifiers: named.numbers.into_iter().map(number).collect(),
    }
}

fuzz_target!(|named: (Named, Named)| {
    let (a, b) = (subject(named.0), subject(named.1));
    let answer = compare(&a, &b, Rules::shipped());
    assert_eq!(answer, compare(&b, &a, Rules::shipped()), "the answer depends on who comes first");
    if same_person(&a, &b) == SamePerson::Yes {
        assert_ne!(answer.band, Band::Different, "the strong key was overruled");
    }
    let once = normalise_name(&a.family);
    assert_eq!(normalise_name(&once), once, "a normalised name changes");
    let _ = search_keys(&a);
    if let Ok(pair) = a.family.parse::<Pair>() {
        assert_eq!(pair.to_string().parse(), Ok(pair), "a pair reads as it is written");
    }
});
