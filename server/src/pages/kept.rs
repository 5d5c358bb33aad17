//! What somebody was typing when their session ended: kept for them, and shown after they have signed in again.
//!
//! ```text
//!   form of a session that ended ─▶ kept for its person ─▶ signed in ─▶ shown, can be changed ─▶ sent to where it was going
//! ```
//! Bound to the person of that session: whoever else signs in on the same browser sees nothing of it. Does not keep a
//! password or a code, nor a form into which nothing was typed: a button that is pressed by surprise is not asked about.

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::json;
use sync_core::ids::UserId;

use super::answer::{Oops, go};
use super::form::{self, Faults, Field, form as shown_form};
use super::layout::Page;
use super::visit::{self, Reader, Sent, Visitor};
use super::words::kept as w;
use super::words::layout::Room;
use crate::sign_in;
use crate::store::Store as _;
use crate::store::forms::KeptForm;

/// The field that says that a form comes from here: it is kept no longer.
const FROM_HERE: &str = "kept";
/// What is never kept.
const SECRETS: [&str; 3] = ["password", "again", "code"];

/// Keeps what was sent after the session had ended, where its person is known and something was typed.
pub(super) async fn keep(request: &HttpRequest, payload: Payload) -> Result<Oops, Oops> {
    let who = visit::visitor(request).await?;
    let (token, now_ms) = (who.token.hash(), who.site.now_ms());
    let user = who.service.store.read(move |read| sign_in::whose(read, token)).await?;
    let Some(user) = user else { return Ok(Oops::SignedOut) };
    let form = form::read(request, payload, &who).await?;
    let fields = form.without(&SECRETS);
    if !fields.iter().any(|(field, typed)| label(field, typed).is_some() && !typed.trim().is_empty()) {
        return Ok(Oops::SignedOut);
    }
    let kept = KeptForm { form: json!({ "to": request.path(), "fields": fields }), kept_ms: now_ms };
    who.service.store.write(move |tx| tx.keep_form(user, &kept)).await?;
    Ok(Oops::SignedOutKept)
}

/// Where somebody goes who has just signed in: to what they were typing, if it is kept.
pub(super) async fn after_sign_in(who: &Visitor, user: UserId) -> Result<&'static str, Oops> {
    Ok(if of(who, user).await?.is_some() { "/kept" } else { "/" })
}

async fn of(who: &Visitor, user: UserId) -> Result<Option<KeptForm>, Oops> {
    let from_ms = sign_in::kept_from_ms(who.site.now_ms());
    let kept = who.service.store.read(move |read| read.kept_form(user)).await?;
    Ok(kept.filter(|kept| kept.kept_ms >= from_ms))
}

/// A form that comes from here is kept no longer: it is where it was going.
pub(super) async fn has_come(who: &Reader, form: &form::Form) -> Result<(), Oops> {
    if form.has(FROM_HERE) { drop_kept(who).await } else { Ok(()) }
}

async fn drop_kept(who: &Reader) -> Result<(), Oops> {
    let user = who.user();
    Ok(who.visitor().service.store.write(move |tx| tx.drop_kept_form(user)).await?)
}

/// `GET /kept`
pub(super) async fn show(who: Reader) -> Result<HttpResponse, Oops> {
    let Some(kept) = of(who.visitor(), who.user()).await? else { return Ok(go("/")) };
    let to = kept.form["to"].as_str().unwrap_or_default();
    let main = html! {
        h1 { (w::TITLE) }
        @for line in w::LINES { p { (line) } }
        (shown_form(&who.form_key(), to, &fields(&kept)))
        h2 { (w::NOT_NEEDED) }
        (form::button(&who.form_key(), "/kept", w::DROP, &html! {}))
    };
    Ok(Page::asks(Room::Home, w::TITLE).show(&who, &main))
}

/// What a field is called that somebody typed into; none where an answer was picked from a list.
fn label(field: &str, typed: &str) -> Option<(&'static str, &'static str)> {
    let is_picked = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    w::label(field).filter(|_| !is_picked)
}

/// What was typed can be read and changed; what the page itself had put into the form goes along unseen.
fn fields(kept: &KeptForm) -> Markup {
    let fields = || kept.form["fields"].as_object().into_iter().flatten();
    let fields = fields().filter_map(|(name, typed)| Some((name, typed.as_str()?)));
    html! {
        input type="hidden" name=(FROM_HERE) value="yes";
        @for (name, typed) in fields {
            @match label(name, typed) {
                Some((name, label)) => (Field::text(name, label, "", typed).area(&Faults::default())),
                None => input type="hidden" name=(name) value=(typed);,
            }
        }
        div.acts { button.do type="submit" { (w::SEND) } }
    }
}

/// `POST /kept` – it is not needed any more.
pub(super) async fn forget(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    drop_kept(&sent.who).await?;
    Ok(go("/"))
}
