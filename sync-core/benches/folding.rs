//! What folding costs, in CPU time of the thread: full, going on in memory, and judging; beside it what
//! the machine can do at all with the same bytes: SHA-256 and a parse of the JSON.
//!
//! `cargo bench -p sync-core` prints ops (or referrals) per CPU second. Does not assert any figure.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod workload;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256};
use sync_core::access::{Author, Role};
use sync_core::referral::fold::{Folded, fold};
use sync_core::referral::judge::{Knew, judge};
use sync_core::stream::{History, StreamOp};
use workload::{by_stream, referrals};

/// How many referrals one round takes; all ten thousand give the same figures and take longer.
const REFERRALS: usize = 1000;
const SEED: u64 = 5;

/// CPU time of the thread: other work on the machine does not count.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        let seconds = u64::try_from(now.tv_sec).expect("CPU time is not negative");
        Duration::new(seconds, u32::try_from(now.tv_nsec).expect("below a thousand million"))
    }

    fn end(&self, start: Duration) -> Duration {
        self.start().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

type Streams = Vec<Vec<StreamOp>>;

/// The ops of the workload, stream by stream.
fn streams() -> Streams {
    referrals(REFERRALS, SEED).iter().flat_map(|referral| by_stream(referral).into_values()).collect()
}

fn folding(c: &mut Criterion<CpuTime>) {
    let streams = streams();
    let ops: Vec<&StreamOp> = streams.iter().flatten().collect();
    let bytes: usize = ops.iter().filter_map(|op| op.body.as_deref()).map(str::len).sum();
    println!("{} ops, {} bytes of body on average", ops.len(), bytes / ops.len());
    let mut group = c.benchmark_group("fold");
    group.throughput(Throughput::Elements(u64::try_from(ops.len()).expect("a small number")));
    group.sample_size(20);
    group.bench_function("machine: SHA-256 of the bodies", |b| {
        b.iter(|| {
            ops.iter().filter_map(|op| op.body.as_deref()).for_each(|body| {
                black_box(Sha256::digest(body));
            })
        });
    });
    group.bench_function("machine: parse of the JSON", |b| {
        b.iter(|| {
            ops.iter().filter_map(|op| op.body.as_deref()).for_each(|body| {
                black_box(serde_json::from_str::<serde_json::Value>(body).expect("it is JSON"));
            })
        });
    });
    group.bench_function("full", |b| {
        let all = |streams: Streams| -> Vec<_> {
            streams.into_iter().map(|ops| fold(&History::new(ops))).collect()
        };
        b.iter_batched(|| streams.clone(), all, BatchSize::PerIteration);
    });
    group.bench_function("going on in memory, op by op", |b| {
        let all = |streams: Streams| -> Vec<Folded> {
            let one = |ops: Vec<StreamOp>| {
                let mut folded = Folded::default();
                ops.into_iter().for_each(|op| folded.apply([op]));
                folded
            };
            streams.into_iter().map(one).collect()
        };
        b.iter_batched(|| streams.clone(), all, BatchSize::PerIteration);
    });
    let states: Vec<_> = streams.iter().map(|ops| fold(&History::new(ops.clone()))).collect();
    group.bench_function("digest", |b| b.iter(|| states.iter().map(|state| state.digest().0[0]).max()));
    group.finish();
}

/// Judges every op of each referral, and of one with two hundred ops, as a server does that goes on with
/// what it has folded; beside it what that costs who folds the referral anew for each op.
fn judging(c: &mut Criterion<CpuTime>) {
    let referrals = referrals(REFERRALS / 5, SEED);
    let ops: usize = referrals.iter().map(Vec::len).sum();
    let mut group = c.benchmark_group("judge");
    group.sample_size(10);
    group.throughput(Throughput::Elements(u64::try_from(ops).expect("a small number")));
    group.bench_function("each op of a referral of 10, going on", |b| {
        b.iter(|| referrals.iter().map(|referral| judge_all(referral)).sum::<usize>());
    });
    group.bench_function("each op of a referral of 10, folded anew for each", |b| {
        b.iter(|| referrals.iter().map(|referral| judge_all_anew(referral)).sum::<usize>());
    });
    let long = as_one(&referrals[..20]);
    group.throughput(Throughput::Elements(u64::try_from(long.len()).expect("a small number")));
    group.bench_function("each op of a referral of 200, going on", |b| b.iter(|| judge_all(&long)));
    group.bench_function("each op of a referral of 200, folded anew for each", |b| {
        b.iter(|| judge_all_anew(&long));
    });
    group.finish();
}

/// Several referrals as if they had been one.
fn as_one(referrals: &[Vec<StreamOp>]) -> Vec<StreamOp> {
    let mut ops = referrals.concat();
    let record = ops[0].stream.record;
    ops.iter_mut().for_each(|op| op.stream.record = record);
    ops
}

fn judge_all(referral: &[StreamOp]) -> usize {
    let mut streams: BTreeMap<_, Folded> = BTreeMap::new();
    let mut seen = Vec::new();
    let mut judged = 0;
    for op in referral {
        let mut knew = Knew::default();
        for (stream, folded) in &streams {
            knew.add_of(*stream, folded, &seen);
        }
        judged += usize::from(has_effect(op, &knew));
        seen.push(op.id);
        streams.entry(op.stream).or_default().apply([op.clone()]);
    }
    judged
}

fn judge_all_anew(referral: &[StreamOp]) -> usize {
    let judged = referral.iter().enumerate().filter(|(index, op)| {
        let mut knew = Knew::default();
        for (stream, ops) in by_stream(&referral[..*index]) {
            knew.add(stream, History::new(ops));
        }
        has_effect(op, &knew)
    });
    judged.count()
}

fn has_effect(op: &StreamOp, knew: &Knew<'_>) -> bool {
    let org = op.stream.compartment.org;
    let author = Author { user: op.author, role: Role::OutreachWorker, org, force: org };
    judge(op, &author, knew).has_effect()
}

fn config() -> Criterion<CpuTime> {
    Criterion::default().with_measurement(CpuTime)
}

criterion_group! { name = benches; config = config(); targets = folding, judging }
criterion_main!(benches);
