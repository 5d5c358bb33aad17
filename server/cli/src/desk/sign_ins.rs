//! `waymark user sessions | sign-out | unlink`: where people are signed in at the web desk, and how that ends.
//!
//! Does not decide who may end what: the server's library does.

use serde_json::{Value, json};
use server::desk::{Command, Query};
use server::now_ms;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::commands::person;
use super::table::{table, text};
use super::worklist::local;
use super::{At, Way, say};
use crate::failure::{Done, Failure};

/// Where somebody is signed in.
pub(super) fn sessions(at: &At, user: &str) -> Done {
    let way = Way::open(at)?;
    let id = person(&way, user)?;
    let answer = way.query(&Query::Sessions(id, now_ms()))?;
    say(at, &answer, |it| {
        let rows = it["sessions"].as_array().map_or(&[][..], Vec::as_slice);
        if rows.is_empty() {
            return format!("{} is signed in at the web desk nowhere", text(&it["name"]));
        }
        let time = |row: &Value, field: &str| json!(row[field].as_u64().map(local));
        let shown = |row: &Value| {
            json!({
                "session": row["session"], "since": time(row, "began_ms"), "used": time(row, "seen_ms"),
                "ends": time(row, "ends_ms"),
            })
        };
        let rows: Vec<Value> = rows.iter().map(shown).collect();
        table(&rows, &[("session", "session"), ("since", "since"), ("last used", "used"), ("ends", "ends")])
    });
    Ok(())
}

/// Signs somebody out, in one browser or in all.
pub(super) fn sign_out(at: &At, user: &str, session: Option<&str>) -> Done {
    let way = Way::open(at)?;
    let id = person(&way, user)?;
    let one = session.map(|typed| whole(&way, id, typed)).transpose()?;
    let ended = way.command(&Command::EndSessions(id, one))?;
    say(at, &ended, |it| format!("{}: {}", text(&it["name"]), ended_in(it)));
    Ok(())
}

/// The id of a session, or of its first letters.
fn whole(way: &Way, user: UserId, typed: &str) -> Done<Uuid> {
    let answer = way.query(&Query::Sessions(user, now_ms()))?;
    let ids = answer["sessions"].as_array().into_iter().flatten().filter_map(|row| row["session"].as_str());
    let mut begun = ids.filter(|id| id.starts_with(&typed.to_lowercase()));
    match (begun.next().and_then(|id| id.parse().ok()), begun.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(Failure::Usage(format!(
            "{typed}: no session, or more than one, begins like this; `waymark user sessions` shows them"
        ))),
    }
}

/// Lets a linked account sign somebody in no more.
pub(super) fn unlink(at: &At, user: &str) -> Done {
    let way = Way::open(at)?;
    let id = person(&way, user)?;
    let unlinked = way.command(&Command::Unlink(id))?;
    say(at, &unlinked, |it| {
        let next = if it["has_password"] == true {
            "they sign in with their password"
        } else {
            "they need a code for a new sign-in: `waymark device enrol-code`"
        };
        format!(
            "{} is unlinked from the account of the identity provider, and {}; {next}",
            text(&it["name"]),
            ended_in(it)
        )
    });
    Ok(())
}

/// In how many browsers somebody was signed out.
pub(super) fn ended_in(answer: &Value) -> String {
    match answer["sessions_ended"].as_u64() {
        None | Some(0) => "signed in at the web desk nowhere".to_owned(),
        Some(1) => "signed out of the web desk, in one browser".to_owned(),
        Some(many) => format!("signed out of the web desk, in {many} browsers"),
    }
}

/// A table of people, with the ways in which they sign in at the web desk.
pub(super) fn people(rows: &[Value]) -> String {
    let columns = [
        ("user", "user"),
        ("name", "name"),
        ("role", "role"),
        ("organisation", "org"),
        ("state", "state"),
        ("signs in", "signs_in"),
    ];
    table(&rows.iter().map(signing_in).collect::<Vec<_>>(), &columns)
}

fn signing_in(row: &Value) -> Value {
    let linked = row["linked"]["issuer"].as_str().map(|issuer| format!("account at {issuer}"));
    let password = (row["has_password"] == true).then(|| "password".to_owned());
    let ways: Vec<String> = password.into_iter().chain(linked).collect();
    let mut row = row.clone();
    row["signs_in"] = json!(ways.join(", "));
    row
}
