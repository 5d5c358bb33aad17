//! What every store must do, told once and run on each: the promise of [`super`], and the meaning of its calls.
//!
//! Does not know which store it runs on.

mod audit;
mod conflicts;
mod forms;
mod prior_checks;
mod retention;
mod rights;
mod sign_in;

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use sync_core::access::{Role, Scope};
use sync_core::clock::{ClockMark, Hlc, Uptime, Witnessed};
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Header, Op, Salt, body_digest};
use sync_core::referral::erasure::Erased;
use sync_core::stamp::{Disposition, Stamp};
use sync_core::sync::receipt::Receipt;
use uuid::Uuid;

use super::erasures::{ErasureRow, Gone};
use super::people::Span;
use super::rows::{
    Admitted, Cited, CodeState, Entry, Held, NewDevice, Org, Person, ServerRow, SignedStatement,
    WaitingExtract,
};
use super::{Reads, Store, Writes};
use crate::fault::Fault;
use audit::lines_of_the_audit_stay_in_their_order_and_are_found_by_reader_and_record;
use conflicts::open_conflicts_come_and_go_in_their_order;
use forms::{
    a_form_is_answered_once_until_its_answer_is_forgotten,
    a_half_filled_form_is_its_persons_alone_and_the_newest_comes_first,
    what_was_being_typed_is_its_persons_alone_until_it_is_dropped_or_old,
};
use prior_checks::look_ups_are_noted_by_their_device_and_found_by_their_time;
use retention::a_record_is_kept_longer_by_each_of_its_controllers_and_the_last_decision_counts;
use rights::a_right_ends_once_and_a_revocation_only_becomes_graver;
use sign_in::{
    a_session_ends_by_itself_with_its_person_or_with_its_time,
    an_account_has_its_name_alone_and_its_recovery_codes_count_once,
};

const FORCE: OrgId = OrgId(Uuid::from_u128(1));
const USER: UserId = UserId(Uuid::from_u128(2));
const DEVICE: DeviceId = DeviceId(Uuid::from_u128(3));
const OTHER: DeviceId = DeviceId(Uuid::from_u128(4));

/// Every case, on one kind of store.
macro_rules! on {
    ($store:ident, $new:expr, $($case:ident)+) => {
        mod $store {
            $(#[test]
            fn $case() {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
                let (store, _kept) = $new;
                runtime.block_on(super::founded(&store));
                runtime.block_on(super::$case(&store));
            })+
        }
    };
}

macro_rules! on_every_store {
    ($($case:ident)+) => {
        on!(memory, (crate::store::memory::MemoryStore::default(), ()), $($case)+);
        on!(sqlite, {
            let data = tempfile::tempdir().expect("a directory is made");
            let store = crate::store::sqlite::SqliteStore::create(data.path()).expect("a store is created");
            (store, data)
        }, $($case)+);
    };
}

on_every_store! {
    an_erased_body_is_gone_from_wherever_it_was
    a_job_that_fails_is_taken_back_whole
    a_job_sees_what_it_wrote
    what_is_kept_outside_comes_back_in_its_order
    an_op_comes_back_as_it_was_appended
    an_op_is_appended_once
    a_stamp_is_given_once
    what_waited_is_taken_once_and_in_order
    a_scope_holds_and_lets_go
    a_page_merges_feeds_in_the_order_of_positions
    a_code_counts_five_times_until_it_expires_or_is_used
    receipts_form_a_chain_that_covers_pushes
    a_counter_and_a_branch_are_kept
    an_extract_is_replaced_and_removed
    a_right_ends_once_and_a_revocation_only_becomes_graver
    a_referral_is_listed_once_newest_first_to_who_holds_it
    open_conflicts_come_and_go_in_their_order
    a_session_ends_by_itself_with_its_person_or_with_its_time
    an_account_has_its_name_alone_and_its_recovery_codes_count_once
    a_half_filled_form_is_its_persons_alone_and_the_newest_comes_first
    a_form_is_answered_once_until_its_answer_is_forgotten
    what_was_being_typed_is_its_persons_alone_until_it_is_dropped_or_old
    lines_of_the_audit_stay_in_their_order_and_are_found_by_reader_and_record
    look_ups_are_noted_by_their_device_and_found_by_their_time
    a_record_is_kept_longer_by_each_of_its_controllers_and_the_last_decision_counts
}

async fn write<S: Store>(store: &S, job: impl FnOnce(&dyn Writes) -> Result<(), Fault> + Send + 'static) {
    store.write(job).await.expect("the job succeeds");
}

fn read<S: Store, T: Send + 'static>(
    store: &S,
    job: impl FnOnce(&dyn Reads) -> Result<T, Fault> + Send + 'static,
) -> impl Future<Output = T> {
    let reading = store.read(job);
    async { reading.await.expect("the store is read") }
}

async fn founded<S: Store>(store: &S) {
    write(store, |tx| {
        let (epoch, user) = (Uuid::from_u128(9), UserId(Uuid::from_u128(8)));
        let (force_prefix, device) = ("TVP".to_owned(), DeviceId(Uuid::from_u128(7)));
        let (log_code, public_key) = (Vec::new(), vec![4; 65]);
        tx.create_server(&ServerRow {
            epoch,
            force: FORCE,
            force_prefix,
            device,
            user,
            log_code,
            public_key,
        })?;
        let text = String::new;
        tx.add_org(&Org::named(FORCE, "Force".to_owned()))?;
        tx.add_user(&Person { id: USER, name: "Ana".to_owned(), role: Role::Officer, org: FORCE })?;
        for id in [DEVICE, OTHER] {
            tx.add_device(&NewDevice {
                id,
                user: USER,
                name: text(),
                letter: "A".to_owned(),
                public_key: vec![4; 65],
                enrolled_ms: 1,
            })?;
        }
        Ok(())
    })
    .await;
}

fn stream(record: u128) -> Stream {
    Record::referral(Uuid::from_u128(record)).stream(CompartmentKind::Shared, FORCE)
}

fn op(device: DeviceId, seq: u64, record: u128) -> Held {
    let (id, body, salt) = (OpId { device, seq }, r#"{"text":"Zoë 00012345"}"#, Salt([7; 16]));
    let header = Header {
        id,
        prev: Digest([1; 32]),
        stream: stream(record),
        deps: vec![OpId { device: OTHER, seq: 9 }],
        seen: Some(vec![]),
        hlc: Hlc(u64::MAX),
        uptime: Uptime { boot: Uuid::nil(), ms: u64::MAX },
        receipt: None,
        author: USER,
        vocabulary: u16::MAX,
        recovered_from: None,
        kind: "some.kind".parse().expect("it is a kind"),
        body_digest: body_digest(salt, body),
    };
    let (hash, witnessed) = (header.hash(), Witnessed { earliest_ms: 0, latest_ms: 5 });
    let op = Op { header, body: Some(body.into()), salt };
    Held {
        op,
        hash,
        received_ms: 5,
        arrived_ms: 5,
        witnessed,
        cited: Cited::Doubtful,
        admitted: Admitted::No,
        stamp: None,
        erased: None,
    }
}

fn stamp(place: u64) -> Stamp {
    let (eff, disposition) = (Hlc(u64::MAX), Disposition::Quarantined(sync_core::stamp::Why::StandsOn));
    let (absent, instead) = (vec![OpId { device: OTHER, seq: 9 }], vec![OpId { device: OTHER, seq: 8 }]);
    Stamp { place, received_ms: 5, eff, clock: ClockMark::Suspect, disposition, absent, instead }
}

async fn a_job_that_fails_is_taken_back_whole<S: Store>(store: &S) {
    let failed = store.write(|tx| {
        tx.append(&op(DEVICE, 1, 1))?;
        tx.set_counter(DEVICE, 5)?;
        let place = tx.next_place()?;
        tx.set_stamp(OpId { device: DEVICE, seq: 1 }, &stamp(place))?;
        tx.hold("force/1", stream(1))?;
        tx.feed("force/1", &Entry::Forget(stream(1)))?;
        Err::<(), _>(Fault::Stopped)
    });
    assert_eq!(failed.await, Err(Fault::Stopped));
    let device = read(store, |read| read.device(DEVICE)).await.expect("it is enrolled");
    assert_eq!((device.counter, device.tip), (0, Tip::default()));
    assert!(read(store, |read| read.ops_of_device(DEVICE)).await.is_empty());
    assert!(read(store, |read| read.holders(stream(1))).await.is_empty());
    let place = store.write(|tx| tx.next_place()).await;
    assert_eq!(place, Ok(1), "a place that was taken back is given again");
}

async fn a_job_sees_what_it_wrote<S: Store>(store: &S) {
    static SEEN: AtomicBool = AtomicBool::new(false);
    write(store, |tx| {
        let held = op(DEVICE, 1, 1);
        tx.append(&held)?;
        let tip = tx.device(DEVICE)?.map(|device| device.tip);
        let record = tx.ops_of_record(stream(1).record)?.len();
        SEEN.store(tip == Some(Tip { seq: 1, hash: held.hash }) && record == 1, Ordering::SeqCst);
        Ok(())
    })
    .await;
    assert!(SEEN.load(Ordering::SeqCst));
}

async fn what_is_kept_outside_comes_back_in_its_order<S: Store>(store: &S) {
    write(store, |tx| ["a", "b", "c"].into_iter().try_for_each(|entry| tx.keep_outside(entry))).await;
    let is_kept = |entry: &'static str| read(store, move |read| read.is_kept_outside(entry));
    assert_eq!((is_kept("b").await, is_kept("d").await), (true, false));
    for (after, entries) in [(0, &["a", "b", "c"][..]), (2, &["c"]), (3, &[])] {
        assert_eq!(read(store, move |read| read.kept_outside(after)).await, entries);
    }
}

async fn an_op_comes_back_as_it_was_appended<S: Store>(store: &S) {
    write(store, |tx| tx.append(&op(DEVICE, 1, 1))).await;
    let id = OpId { device: DEVICE, seq: 1 };
    let held = read(store, move |read| read.op(id)).await.expect("it is held");
    let written = op(DEVICE, 1, 1);
    assert_eq!((held.op, held.hash), (written.op, written.hash));
    assert_eq!((held.received_ms, held.witnessed), (written.received_ms, written.witnessed));
    assert_eq!(held.cited, written.cited);
    assert_eq!((held.stamp, held.admitted), (None, Admitted::No));
    assert_eq!(read(store, move |read| read.hash_of(id)).await, Some(written.hash));
    assert_eq!(read(store, |read| read.records()).await, [stream(1).record]);
    let unknown = OpId { device: DeviceId(Uuid::nil()), seq: 1 };
    assert!(read(store, move |read| read.op(unknown)).await.is_none());
}

async fn an_op_is_appended_once<S: Store>(store: &S) {
    write(store, |tx| tx.append(&op(DEVICE, 1, 1))).await;
    assert!(store.write(|tx| tx.append(&op(DEVICE, 1, 2))).await.is_err());
    let id = OpId { device: DEVICE, seq: 1 };
    let held = read(store, move |read| read.op(id)).await.expect("it is held");
    assert_eq!(held.op.header.stream, stream(1));
    let nobody = DeviceId(Uuid::nil());
    assert!(store.write(move |tx| tx.append(&op(nobody, 1, 1))).await.is_err());
}

async fn a_stamp_is_given_once<S: Store>(store: &S) {
    let id = OpId { device: DEVICE, seq: 1 };
    write(store, move |tx| {
        tx.append(&op(DEVICE, 1, 1))?;
        tx.set_stamp(id, &stamp(1))?;
        tx.set_stamp(id, &stamp(2))?;
        tx.set_admitted(id)
    })
    .await;
    let held = read(store, move |read| read.op(id)).await.expect("it is held");
    assert_eq!((held.stamp, held.admitted), (Some(stamp(1)), Admitted::Yes));
}

async fn what_waited_is_taken_once_and_in_order<S: Store>(store: &S) {
    let [first, second, awaited] =
        [(DEVICE, 2), (DEVICE, 10), (OTHER, 9)].map(|(device, seq)| OpId { device, seq });
    write(store, move |tx| {
        tx.wait_for(second, &[awaited])?;
        tx.wait_for(first, &[awaited, second])?;
        tx.wait_for(second, &[awaited])
    })
    .await;
    let taken = store.write(move |tx| Ok((tx.take_waiting(awaited)?, tx.take_waiting(awaited)?))).await;
    assert_eq!(taken, Ok((vec![first, second], Vec::new())));
    assert_eq!(store.write(move |tx| tx.take_waiting(second)).await, Ok(vec![first]));
}

async fn an_erased_body_is_gone_from_wherever_it_was<S: Store>(store: &S) {
    let (first, second) = (op(DEVICE, 1, 1), op(DEVICE, 2, 1));
    let (id, hash) = (first.id(), first.hash);
    let erased = Erased { registers: vec!["subject/name".to_owned()], left: None };
    let gone = Gone::of(id, hash, None);
    let disposition = Some(Disposition::Accepted);
    let row = ErasureRow { op: id, hash, stream: stream(1), by: second.id(), erased, disposition };
    let header = crate::keys::base64url(&first.op.header.layout());
    let branch = json!({"ops": [{"header": header, "salt": "c2FsdA", "body": "{}"}]}).to_string();
    let (noted, looked) = (row.clone(), gone.clone());
    write(store, move |tx| {
        tx.append(&first)?;
        tx.append(&second)?;
        tx.add_fork(DEVICE, Tip { seq: 2, hash: Digest([7; 32]) }, 1, &branch)?;
        assert!(tx.is_told(&gone)?);
        tx.erase(&row, &gone)?;
        tx.erase(&row, &gone)
    })
    .await;
    let told = read(store, move |read| Ok((read.is_told(&looked)?, read.erasures()?))).await;
    assert_eq!(told, (false, vec![noted.clone()]));
    let held = read(store, move |read| read.op(id)).await.expect("it keeps its place");
    assert_eq!((held.op.body, held.op.salt, held.hash), (None, Salt([0; 16]), hash));
    assert_eq!(held.erased.as_deref(), Some(&noted.erased));
    let other = OpId { seq: 2, ..id };
    assert!(read(store, move |read| Ok(read.op(other)?.and_then(|held| held.op.body))).await.is_some());
    assert_eq!(read(store, move |read| read.erasure(other)).await, None);
}

async fn a_scope_holds_and_lets_go<S: Store>(store: &S) {
    let scope = Scope::Force(FORCE);
    write(store, move |tx| {
        tx.hold(&scope.key(), stream(1))?;
        tx.hold(&scope.key(), stream(1))?;
        tx.hold("desk/x", stream(1))
    })
    .await;
    assert!(read(store, move |read| read.holds(&scope, stream(1))).await);
    assert!(!read(store, move |read| read.holds(&scope, stream(2))).await);
    write(store, move |tx| tx.let_go(&scope.key(), stream(1))).await;
    assert!(!read(store, move |read| read.holds(&scope, stream(1))).await);
    let holders = read(store, |read| read.holders(stream(1))).await;
    assert_eq!(holders.into_iter().collect::<Vec<_>>(), ["desk/x"]);
    let both = || [1, 2].map(|number| stream(number).record).into();
    let out = async |scope| read(store, move |read| read.out_of_reach(&[scope], both())).await;
    let let_go = out(Scope::Force(FORCE)).await;
    assert_eq!(let_go.into_iter().collect::<Vec<_>>(), [stream(2).record], "it held the first once");
    assert_eq!(out(Scope::Supervisors(FORCE)).await, both());
}

async fn a_page_merges_feeds_in_the_order_of_positions<S: Store>(store: &S) {
    let (force, desk) = (Scope::Force(FORCE), Scope::Desk(FORCE));
    write(store, move |tx| {
        tx.append(&op(DEVICE, 1, 1))?;
        let id = OpId { device: DEVICE, seq: 1 };
        tx.feed(&force.key(), &Entry::Op { stream: stream(1), id })?;
        tx.feed("provider/x", &Entry::Forget(stream(1)))?;
        tx.feed(&desk.key(), &Entry::Extract("{}".to_owned()))?;
        tx.feed(&force.key(), &Entry::Stamped(id))?;
        tx.feed(&force.key(), &Entry::Erased { stream: stream(1), id })?;
        tx.feed(&force.key(), &Entry::Reference)?;
        tx.feed(&force.key(), &Entry::Again { stream: stream(1), id })
    })
    .await;
    let page = move |after, limit| {
        read(store, move |read| {
            let rows = read.feed_after(&[force, desk], after, limit)?;
            let shape = |entry: &Entry| match entry {
                Entry::Op { .. } => 'o',
                Entry::Again { .. } => 'a',
                Entry::Stamped(_) => 's',
                Entry::Forget(_) => 'f',
                Entry::Extract(_) => 'e',
                Entry::Erased { .. } => 'x',
                Entry::Reference => 'r',
            };
            Ok(rows.iter().map(|row| (row.pos, shape(&row.entry))).collect::<Vec<_>>())
        })
    };
    assert_eq!(page(0, 10).await, [(1, 'o'), (3, 'e'), (4, 's'), (5, 'x'), (6, 'r'), (7, 'a')]);
    assert_eq!(page(1, 1).await, [(3, 'e')]);
    assert_eq!(page(7, 10).await, []);
    the_end_of_a_feed_moves_with_it(store).await;
}

/// Also within a job that knew another end.
async fn the_end_of_a_feed_moves_with_it<S: Store>(store: &S) {
    let scopes = [Scope::Force(FORCE), Scope::Desk(FORCE), Scope::Device(DEVICE)];
    assert_eq!(read(store, move |read| read.feed_ends(&scopes)).await, [7, 3, 0]);
    write(store, move |tx| {
        assert_eq!(tx.feed_ends(&scopes)?, [7, 3, 0]);
        tx.feed(&scopes[2].key(), &Entry::Reference)?;
        assert_eq!(tx.feed_ends(&scopes)?, [7, 3, 8]);
        Ok(())
    })
    .await;
    assert_eq!(read(store, move |read| read.feed_ends(&scopes)).await, [7, 3, 8]);
}

async fn a_code_counts_five_times_until_it_expires_or_is_used<S: Store>(store: &S) {
    let [tried, used] = [Digest([1; 32]), Digest([2; 32])];
    write(store, move |tx| {
        tx.add_code(tried, USER, 100)?;
        tx.add_code(used, USER, 100)
    })
    .await;
    let attempt = |hash, now_ms| store.write(move |tx| tx.try_code(hash, now_ms));
    assert_eq!(attempt(tried, 100).await, Ok(CodeState::Void));
    for _ in 0..5 {
        assert_eq!(attempt(tried, 99).await, Ok(CodeState::Counts(USER)));
    }
    assert_eq!(attempt(tried, 99).await, Ok(CodeState::Void));
    write(store, move |tx| tx.use_code(used)).await;
    assert_eq!(attempt(used, 99).await, Ok(CodeState::Void));
    let of = |hash| store.read(move |read| read.code_of(hash));
    assert_eq!((of(used).await, of(Digest([3; 32])).await), (Ok(Some((USER, 100))), Ok(None)));
    assert_eq!(attempt(Digest([3; 32]), 99).await, Ok(CodeState::Void));
}

async fn receipts_form_a_chain_that_covers_pushes<S: Store>(store: &S) {
    let receipt = |number, prev, seq| {
        let (device, epoch, stamps) = (DEVICE, Uuid::from_u128(9), Digest([5; 32]));
        let tip = Tip { seq, hash: Digest([6; 32]) };
        Receipt { epoch, number, prev, device, tip, stamps, time_ms: number * 10 }
    };
    let first = receipt(1, Digest::default(), 2);
    let second = receipt(2, first.digest(), 5);
    let (a, b) = (first.clone(), second.clone());
    assert_eq!(read(store, |read| read.receipt_head()).await, (0, Digest::default()));
    write(store, move |tx| {
        tx.add_receipt(&a, &[1; 64])?;
        tx.add_receipt(&b, &[2; 64])
    })
    .await;
    assert_eq!(read(store, |read| read.receipt_head()).await, (2, second.digest()));
    let covering = |seq| {
        read(store, move |read| Ok(read.receipt_covering(DEVICE, seq)?.map(|signed| signed.receipt.number)))
    };
    for (seq, number) in [(1, Some(1)), (2, Some(1)), (3, Some(2)), (5, Some(2)), (6, None)] {
        assert_eq!(covering(seq).await, number);
    }
    let digest = first.digest();
    assert_eq!(read(store, move |read| read.receipt_time(digest)).await, Some(10));
    let again = receipt(2, first.digest(), 9);
    assert!(store.write(move |tx| tx.add_receipt(&again, &[3; 64])).await.is_err());
}

async fn a_counter_and_a_branch_are_kept<S: Store>(store: &S) {
    let statement = || {
        let tip = Tip { seq: 1, hash: Digest([1; 32]) };
        SignedStatement { device: DEVICE, counter: 5, tip, bytes: vec![1], signature: vec![2] }
    };
    write(store, move |tx| {
        tx.set_counter(DEVICE, 5)?;
        tx.add_statement(&statement())?;
        tx.add_fork(DEVICE, Tip { seq: 1, hash: Digest([2; 32]) }, 7, "{}")?;
        tx.add_fork(DEVICE, Tip { seq: 1, hash: Digest([2; 32]) }, 8, "{}")
    })
    .await;
    assert!(store.write(move |tx| tx.add_statement(&statement())).await.is_err(), "a counter is used once");
    assert_eq!(read(store, |read| read.device(DEVICE)).await.map(|device| device.counter), Some(5));
    let kept = read(store, |read| Ok((read.statements()?.len(), read.forks(DEVICE)?))).await;
    assert_eq!(kept, (1, vec!["{}".to_owned()]));
}

async fn an_extract_is_replaced_and_removed<S: Store>(store: &S) {
    let extract =
        |json: &str| WaitingExtract { conflict: Digest([1; 32]), stream: stream(1), json: json.to_owned() };
    let (first, second) = (extract("{}"), extract("[]"));
    write(store, move |tx| {
        tx.put_extract(&first)?;
        tx.put_extract(&second)
    })
    .await;
    let kept = || {
        read(store, |read| Ok(read.extracts_of(stream(1))?.into_iter().map(|e| e.json).collect::<Vec<_>>()))
    };
    assert_eq!(kept().await, ["[]"]);
    write(store, |tx| tx.remove_extract(Digest([1; 32]))).await;
    assert!(kept().await.is_empty());
}

async fn a_referral_is_listed_once_newest_first_to_who_holds_it<S: Store>(store: &S) {
    write(store, |tx| {
        for record in 1..=3 {
            tx.append(&op(DEVICE, record, record.into()))?;
            tx.hold("force/x", stream(record.into()))?;
        }
        tx.hold(&Scope::Force(FORCE).key(), stream(1))?;
        tx.hold(&Scope::Officer(USER).key(), stream(1))?;
        tx.hold(&Scope::Officer(USER).key(), stream(3))
    })
    .await;
    let scopes = vec![Scope::Force(FORCE), Scope::Officer(USER)];
    let listed = |after, limit| {
        let (scopes, span) = (scopes.clone(), Span { after, limit });
        read(store, move |read| read.list_referrals(&scopes, span))
    };
    let all = listed(0, 9).await;
    assert_eq!(all.iter().map(|l| l.row).collect::<Vec<_>>(), [stream(3).record, stream(1).record]);
    assert_eq!(listed(0, 1).await, all[..1]);
    assert_eq!(listed(all[0].pos, 9).await, all[1..]);
    write(store, |tx| tx.let_go(&Scope::Officer(USER).key(), stream(3))).await;
    assert_eq!(listed(0, 9).await, all[1..], "what was lost is not listed");
}
