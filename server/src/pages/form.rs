//! Forms: read with their key, and shown again with what was typed and what is wrong with it.
//!
//! Without the key of the browser's own pages nothing is read: no other site can send a form in somebody's name. What
//! is typed is checked by the desk. Does not decide what a field means.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::Query;
use aws_lc_rs::constant_time;
use maud::{Markup, html};

use super::answer::Oops;
use super::visit::Visitor;
use super::words::errors;
use crate::keys::{base64url, random, sha256};

/// The field that carries the key.
const KEY: &str = "form_key";

/// The field that tells one form from every other: the same that is sent twice is recorded once.
const ONCE: &str = "form_once";

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The page that it was sent to.
    to: String,
    /// What was typed, by the fields' names.
    typed: BTreeMap<String, String>,
}

pub(super) async fn read(request: &HttpRequest, payload: Payload, who: &Visitor) -> Result<Form, Oops> {
    // A browser that knows says where a form comes from; not all do, so the key decides.
    let from = request.headers().get("sec-fetch-site").map(|from| from.as_bytes());
    if from.is_some_and(|from| from != b"same-origin") {
        return Err(Oops::OtherForm);
    }
    let sent = who.site.read(request, payload).await?;
    let text = std::str::from_utf8(&sent.bytes).map_err(|_| Oops::NoForm)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| Oops::NoForm)?.into_inner();
    let form = Form { to: request.path().to_owned(), typed: pairs.into_iter().collect() };
    let (key, known) = (form.text(KEY), who.token.form_key());
    if constant_time::verify_slices_are_equal(key.as_bytes(), known.as_bytes()).is_err() {
        return Err(Oops::OtherForm);
    }
    Ok(form)
}

impl Form {
    /// What was typed; nothing where the field is not there.
    pub(super) fn text(&self, field: &str) -> &str {
        self.typed.get(field).map_or("", String::as_str)
    }

    /// The same without the space around it.
    pub(super) fn tidy(&self, field: &str) -> &str {
        self.text(field).trim()
    }

    /// A value that the page itself put into the form.
    pub(super) fn own<T: FromStr>(&self, field: &str) -> Result<T, Oops> {
        self.tidy(field).parse().map_err(|_| Oops::NoForm)
    }

    /// What tells this form, as it was filled in, from every other one. A browser may show a page again that was sent: whoever
    /// writes something else in it says something else.
    pub(super) fn once(&self) -> Option<String> {
        if self.tidy(ONCE).is_empty() {
            return None;
        }
        let sent = serde_json::to_vec(&(&self.to, self.without(&[]))).ok()?;
        Some(sha256(&sent).to_string())
    }

    /// Everything that was sent, but the key and some fields.
    pub(super) fn without(&self, left_out: &[&str]) -> BTreeMap<&str, &str> {
        let rest =
            self.typed.iter().filter(|(field, _)| *field != KEY && !left_out.contains(&field.as_str()));
        rest.map(|(field, typed)| (field.as_str(), typed.as_str())).collect()
    }

    /// The same with each text at most so long.
    pub(super) fn cut(&self, most: impl Fn(&str) -> usize) -> Self {
        let cut = |(field, typed): (&String, &String)| {
            (field.clone(), typed[..typed.floor_char_boundary(most(field))].to_owned())
        };
        Self { to: self.to.clone(), typed: self.typed.iter().map(cut).collect() }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.typed.contains_key(field)
    }
}

/// What is wrong with a form: the field, and what to write in it.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(&'static str, String)>);

impl Faults {
    pub(super) fn one(field: &'static str, sentence: &str) -> Self {
        Self(vec![(field, sentence.to_owned())])
    }

    pub(super) fn add(&mut self, field: &'static str, sentence: &str) {
        self.0.push((field, sentence.to_owned()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    /// What is wrong with a field, above it.
    pub(super) fn at(&self, field: &str) -> Markup {
        html! { @if let Some(fault) = self.of(field) { span.fault id={ (field) "-fault" } { (fault) } } }
    }

    pub(super) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == field).map(|(_, sentence)| sentence.as_str())
    }

    /// The box at the top of the page, with a link to each field.
    pub(super) fn shown(&self) -> Markup {
        html! {
            @if !self.is_empty() {
                div.faults role="alert" tabindex="-1" aria-labelledby="faults-t" {
                    h2 id="faults-t" { (errors::FAULTS) }
                    ul { @for (field, sentence) in &self.0 { li { a href={ "#" (field) } { (sentence) } } } }
                }
            }
        }
    }
}

/// A form that is sent back here with the key of this browser's pages.
pub(super) fn form(key: &str, to: &str, fields: &Markup) -> Markup {
    html! {
        form method="post" action=(to) novalidate {
            input type="hidden" name=(KEY) value=(key);
            input type="hidden" name=(ONCE) value=(base64url(&random::<16>()));
            (fields)
        }
    }
}

/// A button that sends a form of its own.
pub(super) fn button(key: &str, to: &str, label: &str, hidden: &Markup) -> Markup {
    form(key, to, &html! { (hidden) div.acts { button.do.plain type="submit" { (label) } } })
}

/// A field that is typed into.
pub(super) struct Field<'a> {
    pub(super) name: &'static str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    /// The type, such as `text` or `password`.
    pub(super) kind: &'static str,
    /// What a browser may fill in.
    pub(super) fills: &'static str,
    pub(super) value: &'a str,
}

impl<'a> Field<'a> {
    pub(super) fn text(name: &'static str, label: &'a str, hint: &'a str, value: &'a str) -> Self {
        Self { name, label, hint, kind: "text", fills: "off", value }
    }

    pub(super) fn shown(&self, faults: &Faults) -> Markup {
        let Self { name, label, kind, fills, value, .. } = self;
        self.around(
            faults,
            &html! {
                input.w-30 type=(kind) id=(name) name=(name) value=(value) autocomplete=(fills) spellcheck="false"
                    aria-describedby=[self.described(faults)]
                    aria-invalid=[faults.of(name).map(|_| "true")];
            },
            label,
        )
    }

    pub(super) fn area(&self, faults: &Faults) -> Markup {
        let Self { name, label, value, .. } = self;
        self.around(
            faults,
            &html! {
                textarea id=(name) name=(name) rows="3" aria-describedby=[self.described(faults)]
                    aria-invalid=[faults.of(name).map(|_| "true")] { (value) }
            },
            label,
        )
    }

    fn around(&self, faults: &Faults, control: &Markup, label: &str) -> Markup {
        let (name, fault) = (self.name, faults.of(self.name));
        html! {
            div.field.wrong[fault.is_some()] {
                label for=(name) { (label) }
                @if !self.hint.is_empty() { span.hint id={ (name) "-hint" } { (self.hint) } }
                @if let Some(fault) = fault { span.fault id={ (name) "-fault" } { (fault) } }
                (control)
            }
        }
    }

    fn described(&self, faults: &Faults) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let fault = faults.of(self.name).map(|_| format!("{}-fault", self.name));
        let ids: Vec<String> = hint.into_iter().chain(fault).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A list to choose from: value and words.
pub(super) fn select(name: &str, label: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, words) in options {
                    option value=(value) selected[value == chosen] { (words) }
                }
            }
        }
    }
}
