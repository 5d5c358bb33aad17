//! What a question is answered with: one of several, several of many, a line of text.
//!
//! Does not know what is asked.

use chrono::NaiveDate;
use maud::{Markup, html};
use sync_core::codes::{self, CodeList};

use super::super::form::Faults;
use super::super::words::refer as w;

/// What may be chosen: a code and its words.
pub(in crate::pages) type Options = Vec<(String, String)>;

/// The codes of a list that people may choose on a day.
pub(in crate::pages) fn of_list(list: CodeList, today: NaiveDate) -> Options {
    let entries = codes::entries(list).iter();
    let usable = entries.filter(|entry| {
        codes::is_current(list, &entry.code, today) && !codes::is_not_chosen(list, &entry.code)
    });
    usable.map(|entry| (entry.code.clone(), entry.label.clone())).collect()
}

/// A short list of words.
pub(in crate::pages) fn of_words(words: &[(&str, &str)]) -> Options {
    words.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned())).collect()
}

/// What is wrong with a control, above it.
pub(in crate::pages) fn fault(name: &str, faults: &Faults) -> Markup {
    html! { @if let Some(fault) = faults.of(name) { span.fault id={ (name) "-fault" } { (fault) } } }
}

/// The fault of a control, when it has one, for whoever hears the page.
fn described(name: &str, faults: &Faults) -> Option<String> {
    faults.of(name).map(|_| format!("{name}-fault"))
}

/// One of several. A link to the name leads to the first.
pub(in crate::pages) fn picks(name: &str, options: &Options, chosen: &str, faults: &Faults) -> Markup {
    html! {
        (fault(name, faults))
        div.picks-2[options.len() > 4] {
            @for (at, (code, words)) in options.iter().enumerate() {
                @let id = if at == 0 { name.to_owned() } else { format!("{name}-{code}") };
                div.pick {
                    input type="radio" id=(id) name=(name) value=(code) checked[code == chosen]
                        aria-describedby=[described(name, faults)];
                    label for=(id) { (words) }
                }
            }
        }
    }
}

/// Something that is ticked or not.
pub(in crate::pages) fn tick(name: &str, label: &str, is_ticked: Ticked) -> Markup {
    html! {
        div.pick {
            input type="checkbox" id=(name) name=(name) value="yes" checked[is_ticked == Ticked::Yes];
            label for=(name) { (label) }
        }
    }
}

/// Whether a box is ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Ticked {
    Yes,
    No,
}

impl Ticked {
    pub(in crate::pages) fn if_so(so: bool) -> Self {
        if so { Self::Yes } else { Self::No }
    }
}

/// Several of many: one box a code, named by the list and the code.
pub(in crate::pages) fn ticks(prefix: &str, options: &Options, chosen: &[&str]) -> Markup {
    html! {
        div.picks-2[options.len() > 4] {
            @for (code, words) in options {
                (tick(&format!("{prefix}_{code}"), words, Ticked::if_so(chosen.contains(&code.as_str()))))
            }
        }
    }
}

/// A group of controls with its own heading.
pub(in crate::pages) fn group(legend: &str, controls: &Markup) -> Markup {
    html! { fieldset { legend { (legend) } (controls) } }
}

/// One of a list that need not be answered.
pub(in crate::pages) fn choose(
    name: &str,
    label: &str,
    options: &Options,
    chosen: &str,
    faults: &Faults,
) -> Markup {
    html! {
        div.field.wrong[faults.of(name).is_some()] {
            label for=(name) { (label) }
            (fault(name, faults))
            select id=(name) name=(name) aria-describedby=[described(name, faults)]
                aria-invalid=[faults.of(name).map(|_| "true")] {
                @if !options.iter().any(|(code, _)| code.is_empty()) { option value="" { (w::NO_CHOICE) } }
                @for (code, words) in options { option value=(code) selected[code == chosen] { (words) } }
            }
        }
    }
}
