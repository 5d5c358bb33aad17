//! What one phone costs: a referral recorded and synchronised, and a phone that holds many.
//!
//! CPU is this process's own, so that the server beside it does not count.

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use waymark::{Device, SyncOptions};

use super::scene::{Scene, form, open, person, refer};
use super::{Report, Sealed, Size, told};

const TIMES: usize = 21;

fn cpu_ms() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 * 1000.0 + now.tv_nsec as f64 / 1e6
}

/// The median CPU time of something that is done several times.
fn median_cpu(mut done: impl FnMut(usize)) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|number| {
            let before = cpu_ms();
            done(number);
            cpu_ms() - before
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

fn sync(device: &Device) {
    device.sync(SyncOptions { max_ms: 600_000, ..SyncOptions::default() }).expect("the server answers");
}

/// One referral, recorded and with the server, on loopback.
pub(super) fn one_referral(sealed: Sealed, report: &mut Report) {
    told("one referral at a time");
    let scene = Scene::of(&[person("single", "officer")]);
    let officer = scene.phone_as("single", sealed);
    sync(&officer);
    let mut times: Vec<f64> = (0..TIMES)
        .map(|number| {
            let began = Instant::now();
            officer.execute(&form("Single", number)).expect("it is recorded");
            sync(&officer);
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    report.add("one referral recorded and synchronised: p50, ms", times[TIMES / 2], Some(4.0));
}

/// A phone that holds many referrals.
pub(super) fn many_referrals(sealed: Sealed, size: Size, report: &mut Report) {
    told("a phone with many referrals");
    let scene = Scene::of(&[person("many", "officer"), person("puller", "provider_lead")]);
    let officer = scene.phone_as("many", sealed);
    refer(&officer, "Held", size.held);
    sync(&officer);
    let lead = scene.phone_as("puller", sealed);
    let began = Instant::now();
    sync(&lead);
    let entries = lead.query(&json!({"query": "referrals"})).expect("it is known");
    let entries = entries["referrals"].as_array().map_or(0, Vec::len);
    report.add("first pull: referrals/s", entries as f64 / began.elapsed().as_secs_f64(), None);
    let held = size.held;
    let asks = |query: Value| drop(officer.query(&query).expect("it is known"));
    let refers = median_cpu(|number| {
        officer.execute(&form("More", number)).expect("it is recorded");
    });
    report.add(format!("phone with {held} referrals, CPU ms: refer"), refers, Some(1.0));
    let list = median_cpu(|_| asks(json!({"query": "referrals", "limit": 50})));
    report.add("… the first 50 referrals", list, Some(5.0));
    report.add(
        "… worklist, 50 items",
        median_cpu(|_| asks(json!({"query": "worklist", "limit": 50}))),
        Some(10.0),
    );
    report.add("… status", median_cpu(|_| asks(json!({"query": "status"}))), Some(2.0));
    sync(&officer);
    let both = median_cpu(|number| {
        officer.execute(&form("Both", number)).expect("it is recorded");
        sync(&officer);
    });
    report.add("… refer and synchronise", both, Some(5.0));
    report.add("… synchronise with nothing new", median_cpu(|_| sync(&officer)), None);
    drop(officer);
    let dir = scene.server.dir.path().join("many");
    let opens = median_cpu(|_| drop(open(&dir, &scene.server.address, sealed)));
    report.add("… open", opens, Some(20.0));
}
