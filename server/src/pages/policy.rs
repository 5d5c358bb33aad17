//! The rules in force, other rules, and bank holidays that were added.
//!
//! Another pack takes two admins; the desk says so. Does not say what a rule means: the packs do.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::access::Role;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, button, form, select};
use super::layout::Page;
use super::read::{ms, rows, text};
use super::visit::{Reader, Sent};
use super::when;
use super::words::force as w;
use super::words::layout::Room;
use crate::desk::{Command, PolicyWanted, Query, Refused};

/// `GET /policy`
pub(super) async fn show(who: Reader) -> Result<HttpResponse, Oops> {
    page(&who, &Faults::default()).await
}

async fn page(who: &Reader, faults: &Faults) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Policy).await?;
    let packs = rows(&answer, "packs");
    let main = html! {
        (faults.shown())
        h1 { (w::POLICY) }
        div.box.done { h2 { (w::IN_FORCE) ": " (title(packs, &answer["policy"])) } }
        (waiting(who, packs, rows(&answer, "proposals")))
        h2 { (w::PACKS) }
        p.measure { (w::PACKS_TEXT) }
        @for pack in packs { (shown(who, pack, &answer["policy"])) }
        h2 { (w::BEFORE) }
        ol.story { @for row in rows(&answer, "history").iter().rev() { li {
            (title(packs, &row["policy"]))
            @if let Some(from_ms) = ms(&row["in_force"], "from_ms") { br; (w::FROM) " " (when::long(from_ms)) }
        } } }
        (holidays(who, rows(&answer, "holidays"), faults))
    };
    Ok(Page::of(Room::Policy, w::POLICY).faulty(faults).show(who, &main))
}

/// What a pack is called, with its version.
fn title(packs: &[Value], policy: &Value) -> String {
    let pack = packs.iter().find(|pack| pack["policy"]["id"] == policy["id"]);
    let title = pack.map_or(text(policy, "id"), |pack| text(pack, "title"));
    format!("{title}, {} {}", w::VERSION, policy["version"])
}

/// Changes that wait for a second admin; who proposed one has no button.
fn waiting(who: &Reader, packs: &[Value], found: &[Value]) -> Markup {
    let me = who.user().to_string();
    html! {
        @if !found.is_empty() { h2 { (w::WAITS) " (" (found.len()) ")" } }
        @for row in found {
            section.box.wait {
                h3 { (title(packs, &row["policy"])) }
                @if let Some(at_ms) = ms(row, "proposed_ms") { p { (when::long(at_ms)) } }
                @if text(row, "proposed_by") == me { p { (w::OWN) } }
                @else if who.role() == Role::Admin {
                    (button(&who.form_key(), &format!("/policy/{}", text(row, "proposal")), w::CONFIRM, &html! {}))
                }
            }
        }
    }
}

fn shown(who: &Reader, pack: &Value, in_force: &Value) -> Markup {
    let missing = rows(pack, "promises_not_kept");
    let hidden = html! {
        input type="hidden" name="pack" value=(text(&pack["policy"], "id"));
        input type="hidden" name="version" value=(pack["policy"]["version"].to_string());
    };
    html! {
        section.box {
            h3 { (text(pack, "title")) ", " (w::VERSION) " " (pack["policy"]["version"].to_string()) }
            @if missing.is_empty() { p { (w::KEEPS_ALL) } }
            @else { p { (w::NOT_KEPT) } ul { @for broken in missing { li { (text(broken, "instead")) } } } }
            @if pack["policy"] != *in_force {
                p { a href={ "/policy/try/" (text(&pack["policy"], "id")) "/" (pack["policy"]["version"].to_string()) } { (w::TRY) } }
            }
            @if who.role() == Role::Admin && pack["policy"] != *in_force {
                (button(&who.form_key(), "/policy", w::PROPOSE, &hidden))
            }
        }
    }
}

fn holidays(who: &Reader, found: &[Value], faults: &Faults) -> Markup {
    let nations = w::NATIONS.map(|(code, name)| (code.to_owned(), name.to_owned()));
    let held = [("held".to_owned(), w::IS_HELD.to_owned()), ("not_held".to_owned(), w::NOT_HELD.to_owned())];
    html! {
        h2 { (w::HOLIDAYS) }
        @if found.is_empty() { p { (w::HOLIDAYS_NONE) } }
        ul { @for row in found { li {
            (when::day(text(row, "date")).unwrap_or_default()) ": " (text(row, "label"))
            @if row["change"] == "not_held" { " (" (w::NOT_HELD) ")" }
        } } }
        @if who.role() == Role::Admin {
            h3 { (w::ADD_HOLIDAY) }
            (form(&who.form_key(), "/policy/holidays", &html! {
                (Field::text("date", w::DATE, w::DATE_HINT, "").shown(faults))
                (Field::text("label", w::LABEL, "", "").shown(faults))
                (select("calendar", w::NATION, &nations, ""))
                (select("change", w::HELD, &held, ""))
                div.acts { button.do.plain type="submit" { (w::ADD) } }
            }))
        }
    }
}

/// `GET /policy/try/{pack}/{version}` – what other rules would have said to the decisions recorded last.
pub(super) async fn try_pack(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let part = |name| request.match_info().get(name).unwrap_or_default();
    let version = part("version").parse().map_err(|_| Oops::NotFound)?;
    let answer = who.query(Query::TryPolicy(part("pack").to_owned(), version)).await?;
    let count = |field| answer[field].as_u64().unwrap_or_default();
    let changes = rows(&answer, "changes");
    let main = html! {
        a.back href="/policy" { (w::POLICY) }
        p.over { (text(&answer, "title")) ", " (w::VERSION) " " (answer["policy"]["version"].to_string()) }
        h1 { (w::TRY) }
        p.measure { (w::tried(count("decisions"), count("changed"))) }
        @if count("not_asked") > 0 { p.measure { (w::not_asked(count("not_asked"))) } }
        @if !changes.is_empty() {
            table.stack role="table" {
                caption.unseen { (w::TRY) }
                thead role="rowgroup" { tr role="row" {
                    @for head in w::TRIED_COLUMNS { th scope="col" role="columnheader" { (head) } }
                } }
                tbody role="rowgroup" { @for row in changes { tr role="row" {
                    th scope="row" role="rowheader" { (text(row, "from")) }
                    td role="cell" data-th=(w::TRIED_COLUMNS[1]) { (text(row, "to")) }
                    td role="cell" data-th=(w::TRIED_COLUMNS[2]) { (text(row, "why")) }
                    td role="cell" data-th=(w::TRIED_COLUMNS[3]) { (row["count"].to_string()) }
                } } }
            }
        }
        p.measure { (w::TRY_CHANGES_NOTHING) }
    };
    Ok(Page::of(Room::Policy, w::TRY).show(&who, &main))
}

/// `POST /policy` – proposes a pack.
pub(super) async fn propose(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let wanted = PolicyWanted { pack: form.tidy("pack").to_owned(), version: Some(form.own("version")?) };
    who.command(Command::ProposePolicy(wanted)).await?;
    Ok(go("/policy"))
}

/// `POST /policy/{id}` – a second admin agrees.
pub(super) async fn confirm(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    sent.who.command(Command::ConfirmPolicy(id)).await?;
    Ok(go("/policy"))
}

/// `POST /policy/holidays`
pub(super) async fn holiday(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let typed = json!({
        "calendar": form.tidy("calendar"), "date": form.tidy("date"), "change": form.tidy("change"),
        "label": form.tidy("label"),
    });
    let Ok(holiday) = serde_json::from_value(typed) else {
        return page(&who, &Faults::one("date", w::WRITE_DATE)).await;
    };
    match who.command(Command::AddHoliday(holiday)).await {
        Ok(_) => Ok(go("/policy")),
        Err(Refused::Field("label")) => page(&who, &Faults::one("label", w::WRITE_LABEL)).await,
        Err(other) => Err(other.into()),
    }
}
