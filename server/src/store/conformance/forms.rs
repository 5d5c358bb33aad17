//! What every store must do with forms of people at the web desk.
//!
//! Does not know what a form means.

use serde_json::json;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::{USER, read, write};
use crate::fault::Fault;
use crate::store::Store;
use crate::store::forms::{Draft, KeptForm};

pub(super) async fn a_half_filled_form_is_its_persons_alone_and_the_newest_comes_first<S: Store>(store: &S) {
    let draft = |id: &str, saved_ms| Draft { id: id.to_owned(), form: json!({"at": saved_ms}), saved_ms };
    let other = UserId(Uuid::from_u128(77));
    let kept = [
        (USER, draft("stop", 1)),
        (USER, draft("call", 2)),
        (other, draft("stop", 3)),
        (USER, draft("stop", 4)),
    ];
    write(store, move |tx| kept.iter().try_for_each(|(user, draft)| tx.keep_draft(*user, draft))).await;
    assert_eq!(read(store, |read| read.drafts(USER)).await, [draft("stop", 4), draft("call", 2)]);
    assert_eq!(read(store, |read| read.draft(USER, "call")).await, Some(draft("call", 2)));
    assert_eq!(read(store, move |read| read.draft(other, "call")).await, None);
    assert_eq!(read(store, |read| read.count_drafts(USER)).await, 2);
    write(store, |tx| tx.drop_draft(USER, "stop")).await;
    assert_eq!(read(store, |read| read.drafts(USER)).await, [draft("call", 2)]);
    assert_eq!(read(store, move |read| read.drafts(other)).await, [draft("stop", 3)]);
    let is_there = async |upto_ms| read(store, move |read| read.has_drafts_upto(upto_ms)).await;
    assert_eq!([is_there(1).await, is_there(2).await], [false, true]);
    write(store, |tx| tx.forget_drafts(2)).await;
    assert_eq!(read(store, |read| read.drafts(USER)).await, []);
    assert_eq!(read(store, move |read| read.drafts(other)).await, [draft("stop", 3)]);
}

pub(super) async fn a_form_is_answered_once_until_its_answer_is_forgotten<S: Store>(store: &S) {
    let other = UserId(Uuid::from_u128(77));
    let answer_to = async |user| read(store, move |read| read.answer_to(user, "form")).await;
    assert_eq!(answer_to(USER).await, None);
    write(store, |tx| tx.note_answer(USER, "form", &json!({"saved": true}), 10)).await;
    let again = store.write(|tx| tx.note_answer(USER, "form", &json!({}), 11)).await;
    assert!(matches!(again, Err(Fault::Database(_))), "{again:?}");
    assert_eq!((answer_to(USER).await, answer_to(other).await), (Some(json!({"saved": true})), None));
    write(store, |tx| tx.forget_answers(10)).await;
    assert!(answer_to(USER).await.is_some());
    write(store, |tx| tx.forget_answers(11)).await;
    assert_eq!(answer_to(USER).await, None);
}

pub(super) async fn what_was_being_typed_is_its_persons_alone_until_it_is_dropped_or_old<S: Store>(
    store: &S,
) {
    let other = UserId(Uuid::from_u128(77));
    let kept = |at: u64| KeptForm { form: json!({"typed": at}), kept_ms: at };
    let kept_of = async |user| read(store, move |read| read.kept_form(user)).await;
    for (user, at) in [(USER, 1), (other, 2), (USER, 3)] {
        write(store, move |tx| tx.keep_form(user, &kept(at))).await;
    }
    assert_eq!((kept_of(USER).await, kept_of(other).await), (Some(kept(3)), Some(kept(2))));
    write(store, |tx| tx.forget_kept_forms(3)).await;
    assert_eq!((kept_of(USER).await, kept_of(other).await), (Some(kept(3)), None));
    write(store, |tx| tx.drop_kept_form(USER)).await;
    assert_eq!(kept_of(USER).await, None);
}
