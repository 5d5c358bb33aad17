//! What every store must do with accounts, links, recovery codes and sessions.
//!
//! Does not know how long a session counts.

use sync_core::ids::{Digest, UserId};
use uuid::Uuid;

use super::{USER, read, write};
use crate::fault::Fault;
use crate::store::Store;
use crate::store::sign_in::{Account, Link, Over, Session, Stage};

fn session(token: u8, user: UserId, began_ms: u64, seen_ms: u64) -> Session {
    let (token, secret) = (Digest([token; 32]), vec![token]);
    Session { token, user, stage: Stage::Open, secret, began_ms, seen_ms }
}

pub(super) async fn a_session_ends_by_itself_with_its_person_or_with_its_time<S: Store>(store: &S) {
    let other = UserId(Uuid::from_u128(77));
    let all =
        [(1, USER, 10, 90), (2, USER, 50, 60), (3, other, 50, 90), (4, other, 50, 90), (5, USER, 50, 90)];
    let all = all.map(|(token, user, began_ms, seen_ms)| session(token, user, began_ms, seen_ms));
    let written = all.clone();
    write(store, move |tx| written.iter().try_for_each(|session| tx.put_session(session))).await;
    let left = async || {
        let mut left = Vec::new();
        for session in &all {
            let token = session.token;
            left.extend(read(store, move |read| read.session(token)).await);
        }
        left.iter().map(|session| session.secret[0]).collect::<Vec<_>>()
    };
    assert_eq!(left().await, [1, 2, 3, 4, 5]);
    write(store, |tx| tx.end_old_sessions(Over { began_before_ms: 11, seen_before_ms: 61 })).await;
    assert_eq!(left().await, [3, 4, 5]);
    write(store, |tx| tx.end_session(Digest([4; 32]))).await;
    assert_eq!(left().await, [3, 5]);
    let of_user = read(store, |read| read.sessions_of(USER)).await;
    assert_eq!(of_user.iter().map(|session| session.secret[0]).collect::<Vec<_>>(), [5]);
    write(store, |tx| tx.end_sessions_of(USER)).await;
    assert_eq!(left().await, [3]);
    // A set-up that was begun with a code ends with the codes; whoever is signed in stays.
    let begun = Session { stage: Stage::SetUp, ..session(1, USER, 50, 90) };
    let of_other = Session { stage: Stage::SetUp, ..session(4, other, 50, 90) };
    for session in [begun, session(2, USER, 50, 90), of_other] {
        write(store, move |tx| tx.put_session(&session)).await;
    }
    write(store, |tx| tx.void_codes(USER)).await;
    assert_eq!(left().await, [2, 3, 4]);
}

pub(super) async fn an_account_has_its_name_alone_and_its_recovery_codes_count_once<S: Store>(store: &S) {
    let account = |user, name: &str| Account {
        user,
        sign_in_name: name.to_owned(),
        password: "x".to_owned(),
        totp: vec![0, 255],
        last_step: 7,
        wrong_codes: 1,
        wait_until_ms: 9,
    };
    let (mine, again) = (account(USER, "zoë"), account(USER, "zoe"));
    write(store, move |tx| tx.put_account(&mine)).await;
    let (of_other, anew) = (account(UserId(Uuid::from_u128(77)), "zoë"), again.clone());
    let taken = store.write(move |tx| tx.put_account(&of_other)).await;
    assert!(matches!(taken, Err(Fault::Database(_))), "{taken:?}");
    write(store, move |tx| tx.put_account(&anew)).await;
    assert_eq!(read(store, |read| read.account_named("zoe")).await, Some(again.clone()));
    assert_eq!(read(store, |read| read.account(USER)).await, Some(again));
    assert_eq!(read(store, |read| read.account_named("zoë")).await, None);
    let [one, two] = [Digest([1; 32]), Digest([2; 32])];
    write(store, move |tx| tx.set_recovery_codes(USER, &[one, two])).await;
    let take = async |hash| store.write(move |tx| tx.take_recovery_code(USER, hash)).await;
    assert_eq!((take(one).await, take(one).await), (Ok(true), Ok(false)));
    write(store, move |tx| tx.set_recovery_codes(USER, &[one])).await;
    assert_eq!((take(two).await, take(one).await), (Ok(false), Ok(true)), "codes before count no longer");
    an_account_at_an_identity_provider_is_one_persons_and_a_person_has_one(store).await;
}

/// The same of accounts that are kept elsewhere, and what is left when an account is taken away.
async fn an_account_at_an_identity_provider_is_one_persons_and_a_person_has_one<S: Store>(store: &S) {
    let other = UserId(Uuid::from_u128(77));
    let link = |user, issuer: &str, subject: &str| Link {
        user,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        linked_ms: 5,
    };
    let (mine, again) = (link(USER, "https://id.example", "a"), link(USER, "https://id.example", "b"));
    let (first, anew) = (mine.clone(), again.clone());
    write(store, move |tx| tx.put_link(&first)).await;
    let of_other = link(other, "https://id.example", "a");
    let taken = store.write(move |tx| tx.put_link(&of_other)).await;
    assert!(matches!(taken, Err(Fault::Database(_))), "{taken:?}");
    let elsewhere = link(other, "https://other.example", "a");
    write(store, move |tx| tx.put_link(&elsewhere)).await;
    assert_eq!(read(store, |read| read.link_to("https://id.example", "a")).await, Some(mine));
    assert_eq!(read(store, |read| read.link_to("https://id.example", "A")).await, None);
    write(store, move |tx| tx.put_link(&anew)).await;
    assert_eq!(read(store, |read| read.link_to("https://id.example", "a")).await, None);
    assert_eq!(read(store, |read| read.link_of(USER)).await, Some(again));
    write(store, |tx| tx.drop_link(USER)).await;
    assert_eq!(read(store, |read| read.link_of(USER)).await, None);
    assert!(read(store, move |read| read.link_of(other)).await.is_some());
    let account = Account {
        user: USER,
        sign_in_name: "zoe".to_owned(),
        password: "x".to_owned(),
        totp: Vec::new(),
        last_step: 0,
        wrong_codes: 0,
        wait_until_ms: 0,
    };
    write(store, move |tx| tx.put_account(&account)).await;
    write(store, |tx| tx.set_recovery_codes(USER, &[Digest([1; 32])])).await;
    write(store, |tx| tx.drop_account(USER)).await;
    assert_eq!(read(store, |read| read.account(USER)).await, None);
    let code = store.write(|tx| tx.take_recovery_code(USER, Digest([1; 32]))).await;
    assert_eq!(code, Ok(false), "its codes went with it");
}
