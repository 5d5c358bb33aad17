//! Somebody's own page: who they are here, how they sign in, and the way out everywhere.
//!
//! Does not change anything: see [`super::sign_in`] and [`super::oidc`].

use actix_web::HttpResponse;
use maud::html;

use super::answer::Oops;
use super::form::{Faults, form};
use super::layout::Page;
use super::visit::Reader;
use super::words::layout::Room;
use super::words::{self, sign_in as w};
use super::{oidc, sessions};

/// `GET /me`
pub(super) async fn show(who: Reader) -> Result<HttpResponse, Oops> {
    page(&who, &Faults::default()).await
}

pub(super) async fn page(who: &Reader, faults: &Faults) -> Result<HttpResponse, Oops> {
    let linked = oidc::of_reader(who, faults).await?;
    let sessions = sessions::own(who).await?;
    let button = html! { div.acts { button.do type="submit" { (w::EVERYWHERE) } } };
    let main = html! {
        (faults.shown())
        h1 { (who.name) }
        dl.facts {
            div { dt { (w::ROLE) } dd { (words::role(who.role())) } }
            div { dt { (w::WORKS_FOR) } dd { (who.works_for) } }
        }
        (linked)
        (sessions)
        h2 { (w::EVERYWHERE) }
        p { (w::EVERYWHERE_TEXT) }
        (form(&who.form_key(), "/sign-out/everywhere", &button))
        h2 { (w::ANEW) }
        p { (w::ANEW_TEXT) }
        (form(&who.form_key(), "/me/code", &html! { div.acts { button.do.plain type="submit" { (w::ASK_CODE) } } }))
    };
    Ok(Page::asks(Room::Me, w::ME).faulty(faults).show(who, &main))
}
