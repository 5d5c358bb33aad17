//! What the server does with signed pushes: one phone in batches, many phones at once, one busy record.
//!
//! Does not look into the server but for its processor time and memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use waymark::Device;

use super::link::Link;
use super::pushes::{Request, signed};
use super::scene::{Scene, form, person, refer};
use super::{Report, Size, told};

/// Processor time and peak memory of a process.
fn used(process: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    // The state is no number: user and system time are the 11th and 12th field after it.
    let ticks = fields[10] + fields[11];
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let kib: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    (ticks / 100.0, kib / 1024.0)
}

fn percentile(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let at = ((times.len() - 1) as f64 * part) as usize;
    times[at].as_secs_f64() * 1000.0
}

/// Sends requests one after the other; how long each took, and the bytes.
pub(super) fn send_all(address: &str, requests: &VecDeque<Request>) -> (Vec<Duration>, usize) {
    let mut link = Link::open(address);
    let times = requests.iter().map(|request| sent(&mut link, request)).collect();
    (times, link.sent_bytes)
}

/// How long the answer to a request took.
fn sent(link: &mut Link, request: &Request) -> Duration {
    let began = Instant::now();
    link.send(request);
    began.elapsed()
}

/// One phone pushes referrals in batches of 500.
pub(super) fn one_phone(size: Size, raw: f64, report: &mut Report) {
    told("one phone, in batches");
    let scene = Scene::of(&[person("batches", "officer")]);
    let officer = scene.phone("batches");
    refer(&officer, "Batch", size.batched);
    let requests = signed(&officer);
    let ops: usize = requests.iter().map(|request| request.ops).sum();
    let (before, _) = used(scene.server.process_id());
    let began = Instant::now();
    let (_, bytes) = send_all(&scene.server.address, &requests);
    let rate = ops as f64 / began.elapsed().as_secs_f64();
    let (after, peak) = used(scene.server.process_id());
    report.add("ingest: ops/s, one phone, batches of 500", rate, None);
    report.add("ingest: of the raw limit", rate / raw, Some(0.25));
    report.add("ingest: server CPU-s per 100,000 ops", (after - before) / ops as f64 * 100_000.0, Some(4.0));
    report.add("ingest: bytes per op, up", bytes as f64 / ops as f64, None);
    report.add("ingest: peak memory of the server, MiB", peak, None);
}

/// Many phones push one referral at a time.
pub(super) fn many_phones(size: Size, report: &mut Report) {
    told("many phones at once");
    let people: Vec<_> =
        (0..size.phones).map(|number| person(&format!("phone{number}"), "officer")).collect();
    let scene = Scene::of(&people);
    let queues: Vec<VecDeque<Request>> = (0..size.phones)
        .map(|number| single_referrals(&scene, &format!("phone{number}"), size.each))
        .collect();
    let ops: usize = queues.iter().flatten().map(|request| request.ops).sum();
    let address = &scene.server.address;
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|threads| {
        let running: Vec<_> =
            queues.iter().map(|queue| threads.spawn(|| send_all(address, queue).0)).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("every push is answered")).collect()
    });
    let rate = ops as f64 / began.elapsed().as_secs_f64();
    report.add(format!("{} phones, one referral a push: ops/s", size.phones), rate, Some(10_000.0));
    report.add("… a push: p50, ms", percentile(&mut times, 0.5), None);
    report.add("… a push: p99, ms", percentile(&mut times, 0.99), None);
}

/// A lead's log grows in one record; another phone pushes one referral after the other beside it.
pub(super) fn busy_record(size: Size, report: &mut Report) {
    told("one busy record");
    let scene = Scene::of(&[
        person("officer", "officer"),
        person("lead", "provider_lead"),
        person("beside", "officer"),
    ]);
    let requests = busy_pushes(&scene, size.busy);
    let beside = single_referrals(&scene, "beside", BESIDE);
    let (address, done) = (&scene.server.address, AtomicBool::new(false));
    let (times, mut waits) = std::thread::scope(|threads| {
        let waits = threads.spawn(|| {
            let mut link = Link::open(address);
            let until_done = beside.iter().take_while(|_| !done.load(Ordering::Relaxed));
            until_done.map(|request| sent(&mut link, request)).collect::<Vec<_>>()
        });
        let (times, _) = send_all(address, &requests);
        done.store(true, Ordering::Relaxed);
        (times, waits.join().expect("every push is answered"))
    });
    let whole: Vec<&Duration> =
        times.iter().zip(&requests).filter(|(_, request)| request.ops == 500).map(|(time, _)| time).collect();
    let (Some(first), Some(last)) = (whole.first(), whole.last()) else { return };
    report.add("push of 500 into an empty record, ms", first.as_secs_f64() * 1000.0, None);
    report.add(
        format!("… into one of {}, against that", size.busy),
        last.as_secs_f64() / first.as_secs_f64(),
        Some(2.0),
    );
    report.add("… another phone's wait beside it: p50, ms", percentile(&mut waits, 0.5), None);
    report.add("… p99, ms", percentile(&mut waits, 0.99), Some(200.0));
}

/// How many referrals the other phone has ready; it stops when the busy one is done.
const BESIDE: usize = 400;

/// Signed pushes of one lead who records contact after contact of one referral.
fn busy_pushes(scene: &Scene, entries: usize) -> VecDeque<Request> {
    let (officer, lead) = (scene.phone("officer"), scene.phone("lead"));
    refer(&officer, "Busy", 2);
    let sync = |device: &Device| drop(device.sync(Default::default()).expect("the server answers"));
    sync(&officer);
    sync(&lead);
    let held = lead.query(&json!({"query": "referrals"})).expect("it is known");
    let record = held["referrals"][0]["record"].clone();
    lead.execute(&json!({"command": "accept", "record": record})).expect("it is accepted");
    sync(&lead);
    let contact = json!({"command": "contact", "record": record, "what": "attempted", "channel": "phone", "result": "no_answer"});
    for _ in 0..entries {
        lead.execute(&contact).expect("a contact is recorded");
    }
    signed(&lead)
}

/// Signed pushes of one referral each.
fn single_referrals(scene: &Scene, name: &str, count: usize) -> VecDeque<Request> {
    let officer = scene.phone(name);
    let mut requests = VecDeque::new();
    for referral in 0..count {
        officer.execute(&form(name, referral)).expect("it is recorded");
        requests.extend(signed(&officer));
    }
    requests
}
