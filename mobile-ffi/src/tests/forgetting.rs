//! Streams that the reader has lost, and own entries that the server does not let count: with canned answers.
//!
//! Does not test when a stream is lost: the server decides that.

use std::fs;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OpId, Stream};
use sync_core::referral::act::Subject;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{FeedEntry, Whole};
use sync_core::sync::session::Event;

use super::epochs::{fed, other, shared};
use super::syncing::{Server, synced};
use super::{Phone, form, phone, with};
use crate::store::{ops, state};
use crate::sync::rounds;

const PLANTED: &str = "07700 900555";

/// A phone whose referral is with the server, which also brought two entries of somebody else; and the
/// stream that they are in.
fn referred() -> (Phone, Server, Value, Stream) {
    referred_on(phone(Role::Officer, 10))
}

fn referred_on(phone: Phone) -> (Phone, Server, Value, Stream) {
    let mut server = Server::of(&phone);
    let record = phone.run(form())["record"].clone();
    phone.run(json!({"command": "amend", "record": record, "field": "phone", "value": PLANTED}));
    synced(&phone, &mut server).expect("the server answers");
    let stream = shared(&phone);
    server.feed = vec![fed(&other(stream, 1, 1000, &[]))];
    synced(&phone, &mut server).expect("the server answers");
    (phone, server, record, stream)
}

fn streams(phone: &Phone) -> Vec<Stream> {
    let digests = phone.ask("digests")["digests"].clone();
    let names = digests.as_object().expect("an object").keys();
    names.map(|name| name.parse().expect("a stream's name")).collect()
}

/// The server says that every stream which the phone holds is lost.
fn lose_all(phone: &Phone, server: &mut Server) {
    server.feed = streams(phone).into_iter().map(|stream| FeedEntry::Forget { stream }).collect();
    synced(phone, server).expect("the server answers");
}

fn shown(phone: &Phone) -> Value {
    phone.ask("referrals")["referrals"].clone()
}

fn amend(record: &Value, value: &str) -> Value {
    json!({"command": "amend", "record": record, "field": "phone", "value": value})
}

fn last_own(phone: &Phone) -> ops::Own {
    let own = ops::own_ops(&phone.device.store().db, 1, 1000).expect("the log is readable");
    own.into_iter().next_back().expect("something was recorded")
}

/// Whether a text lies in any file of the store.
fn in_the_files(phone: &Phone, text: &str) -> bool {
    let files = fs::read_dir(phone.dir.path()).expect("the directory is there");
    files
        .map(|file| fs::read(file.expect("readable").path()).expect("readable"))
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

/// How many referrals the phone knows to be about the person of a form.
fn known_of(phone: &Phone, form: &Value) -> usize {
    let form: Subject = serde_json::from_value(json!({
        "family": form["family"], "given": form["given"], "born": form["born"],
    }))
    .expect("a form names a person");
    state::about(&phone.device.store().db, &form).expect("the store is readable").len()
}

#[test]
fn an_earlier_referral_is_known_by_whom_it_is_about_and_not_when_it_is_lost() {
    let (phone, mut server, ..) = referred();
    let other = with(form(), json!({"family": "Quillby", "exhibit": "AB/9"}));
    assert_eq!((known_of(&phone, &form()), known_of(&phone, &other)), (1, 0));
    phone.run(other.clone());
    phone.run(with(form(), json!({"exhibit": "AB/10"})));
    assert_eq!((known_of(&phone, &form()), known_of(&phone, &other)), (2, 1));
    synced(&phone, &mut server).expect("the server answers");
    lose_all(&phone, &mut server);
    assert_eq!((known_of(&phone, &form()), known_of(&phone, &other)), (0, 0));
}

#[test]
fn an_own_entry_recorded_while_the_stream_is_lost_is_pushed_and_not_shown() {
    let (phone, mut server, record, _) = referred();
    let forget: Vec<_> = streams(&phone).into_iter().map(|stream| FeedEntry::Forget { stream }).collect();
    server.feed = forget;
    let mut asked = 0;
    rounds(&phone.device, |request| {
        asked += 1;
        if asked == 1 {
            phone.run(amend(&record, "07700 900556"));
        }
        Ok(Event::Answered(Box::new(server.answer(request))))
    })
    .expect("the server answers");
    assert_eq!((shown(&phone), phone.waiting()), (json!([]), 1));
    assert_eq!(synced(&phone, &mut server).expect("the server answers")["synced"], true);
    assert_eq!((shown(&phone), phone.waiting()), (json!([]), 0));
}

#[test]
fn a_form_that_was_opened_before_is_saved_upon_what_it_showed_and_never_shown() {
    let (phone, mut server, record, stream) = referred();
    let opened = phone.ask("referrals")["as_of"].clone();
    let (seen, unseen) = (other(stream, 1, 1000, &[]), other(stream, 2, 1001, &[]));
    server.feed = vec![fed(&unseen)];
    synced(&phone, &mut server).expect("the server answers");
    lose_all(&phone, &mut server);
    let saved = phone.run(with(amend(&record, "07700 900557"), json!({"as_of": opened})));
    assert_eq!(saved["saved"], true);
    let own = last_own(&phone);
    assert_eq!(own.op.header.deps, [seen.id], "not upon what came after the form was opened");
    let again = phone.run(with(amend(&record, "07700 900558"), json!({"as_of": opened})));
    assert_eq!(again["saved"], true, "a form can be saved twice");
    assert_eq!(last_own(&phone).op.header.deps, [], "its author's last entry builds on that already");
    assert_eq!((shown(&phone), phone.waiting()), (json!([]), 2));
    assert_eq!(phone.refused(amend(&record, "07700 900559")).code, "record_unknown", "nothing shows it now");
    let done = synced(&phone, &mut server).expect("the server answers");
    assert_eq!((&done["pushed"], &done["synced"]), (&json!(2), &json!(true)));
    assert_eq!(shown(&phone), json!([]));
    super::open_again(phone);
}

#[test]
fn what_others_recorded_goes_at_once_and_own_content_when_backups_hold_it() {
    // In the clear: in a sealed store the search finds nothing, forgotten or not.
    let clear = super::phone_as(Role::Officer, 10, None);
    let (phone, mut server, _, stream) = referred_on(clear);
    let planted =
        StreamOp { body: Some(r#"{"text":"of somebody else"}"#.into()), ..other(stream, 2, 1001, &[]) };
    server.feed = vec![fed(&planted)];
    synced(&phone, &mut server).expect("the server answers");
    assert!(in_the_files(&phone, "of somebody else"));
    lose_all(&phone, &mut server);
    assert!(!in_the_files(&phone, "of somebody else"));
    assert!(in_the_files(&phone, PLANTED), "the server may still lose what only this phone can give again");
    server.backed_up = server.tip.seq;
    synced(&phone, &mut server).expect("the server answers");
    assert!(!in_the_files(&phone, PLANTED));
    super::open_again(phone);
}

#[test]
fn a_stream_that_comes_back_is_shown_again_with_what_the_phone_had_let_go() {
    let (phone, mut server, record, stream) = referred();
    let own: Vec<StreamOp> = {
        let own = ops::own_ops(&phone.device.store().db, 1, 1000).expect("the log is readable");
        let of_stream = own.into_iter().filter(|own| own.op.header.stream == stream);
        of_stream.map(|own| StreamOp::of(&own.op, own.stamp.clone())).collect()
    };
    lose_all(&phone, &mut server);
    server.backed_up = server.tip.seq;
    synced(&phone, &mut server).expect("the server answers");
    let theirs = other(stream, 1, 1000, &[]);
    server.feed = vec![fed(&theirs)];
    let mut asked: Vec<Stream> = Vec::new();
    rounds(&phone.device, |request| {
        let answer = server.answer(request);
        let heal = server.pushed.as_ref().map(|push| push.heal.clone()).unwrap_or_default();
        if heal.is_empty() {
            let ops = own.iter().cloned().chain([theirs.clone()]).collect();
            server.feed = vec![FeedEntry::Whole(Box::new(Whole { stream, upto: 2000, ops }))];
        }
        asked.extend(heal);
        Ok(Event::Answered(Box::new(answer)))
    })
    .expect("the server answers");
    assert_eq!(asked, [stream]);
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("it is held");
    let entries = history["entries"].as_array().expect("a list").iter();
    let values: Vec<_> = entries.filter_map(|entry| entry["body"]["value"].as_str()).collect();
    assert_eq!(values, [PLANTED]);
    super::open_again(phone);
}

#[test]
fn a_stream_of_own_entries_alone_comes_back_when_the_server_sends_them_again() {
    let (phone, mut server, record, _) = referred();
    let own = ops::own_ops(&phone.device.store().db, 1, 1000).expect("the log is readable");
    let own: Vec<StreamOp> = own.into_iter().map(|own| StreamOp::of(&own.op, own.stamp)).collect();
    lose_all(&phone, &mut server);
    server.backed_up = server.tip.seq;
    synced(&phone, &mut server).expect("the server answers");
    assert!(!in_the_files(&phone, PLANTED));
    server.feed = own.iter().map(fed).collect();
    rounds(&phone.device, |request| {
        let answer = server.answer(request);
        let asked = server.pushed.as_ref().map(|push| push.heal.clone()).unwrap_or_default();
        let whole = asked.into_iter().map(|stream| {
            let ops = own.iter().filter(|op| op.stream == stream).cloned().collect();
            FeedEntry::Whole(Box::new(Whole { stream, upto: 2000, ops }))
        });
        server.feed = whole.collect();
        Ok(Event::Answered(Box::new(answer)))
    })
    .expect("the server answers");
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("it is held");
    let entries = history["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), own.len());
    assert!(entries.iter().all(|entry| !entry["body"].is_null()), "{entries:?}");
    assert_eq!(shown(&phone)[0]["record"], record);
    super::open_again(phone);
}

#[test]
fn an_own_entry_that_the_server_keeps_aside_counts_no_longer_and_the_user_is_told() {
    for (disposition, count) in [
        (Disposition::Quarantined(Why::NotAssigned), "kept_aside"),
        (Disposition::Refused(Why::Shape), "refused"),
    ] {
        let (phone, mut server, record, _) = referred();
        let before = shown(&phone)[0].clone();
        phone.run(json!({"command": "withdraw", "record": record, "reason": "not_wanted"}));
        assert_eq!(shown(&phone)[0]["stage"], "withdrawn", "folded as soon as it is recorded");
        let done = rounds(&phone.device, |request| {
            let mut answer = server.answer(request);
            answer.stamps.iter_mut().for_each(|run| run.disposition = disposition);
            Ok(Event::Answered(Box::new(answer)))
        });
        assert_eq!(done.expect("the server answers")["refused"], 1);
        assert_eq!(shown(&phone)[0]["stage"], before["stage"], "and folded anew without it");
        assert_eq!(phone.ask("status")[count], 1);
        let told = phone.ask("refused")["refused"].clone();
        assert_eq!((&told[0]["kind"], told.as_array().map(Vec::len)), (&json!("person.withdrew"), Some(1)));
        let id: OpId = serde_json::from_value(told[0]["op"].clone()).expect("an id");
        assert_eq!(id, last_own(&phone).op.header.id, "it is kept");
    }
}
