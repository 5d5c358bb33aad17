//! The scenario file: who takes part, what happens, and what must come of it.
//!
//! Does not play it: see [`super::story`].

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::proxy::Link;
use crate::failure::{Done, Failure};

/// A whole scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) title: String,
    pub(crate) force: Force,
    pub(crate) providers: Vec<Provider>,
    pub(crate) people: Vec<Person>,
    /// Strings that no phone of the other side may ever hold or receive.
    #[serde(default)]
    pub(crate) planted: Planted,
    /// The answers of the roadside form that most encounters share.
    #[serde(default)]
    pub(crate) usual: serde_json::Map<String, Value>,
    pub(crate) story: Vec<Step>,
    /// Encounters of the pilot's shape, played in phases after the story.
    #[serde(default)]
    pub(crate) encounters: Vec<Encounter>,
    /// What is played last and stays open, for whoever looks at the desk afterwards.
    #[serde(default)]
    pub(crate) left_open: Vec<Step>,
}

/// The force.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Force {
    pub(crate) name: String,
    pub(crate) prefix: String,
}

/// A drug service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) telephone: String,
    #[serde(default)]
    pub(crate) hours: String,
    #[serde(default)]
    pub(crate) areas: Vec<String>,
    /// Such as `18-` or `10-25`.
    pub(crate) ages: String,
}

/// Somebody who takes part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    /// `force`, or a provider's id.
    pub(crate) org: String,
    /// How wrong the phone's clock is.
    #[serde(default)]
    pub(crate) clock_offset_ms: i64,
    /// Whether an honest phone is enrolled with the person's code, or a device of the harness.
    #[serde(default)]
    pub(crate) device: Device,
    /// The name that they sign in with at the desk, if the demo gives them an account.
    #[serde(default)]
    pub(crate) sign_in: Option<String>,
}

/// What is enrolled with a person's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Device {
    /// A phone over the device library.
    #[default]
    Phone,
    /// A device that does not keep the rules.
    Forged,
    /// Nothing: this person works at the desk alone.
    None,
}

/// Strings planted in what one side records.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Planted {
    #[serde(default)]
    pub(crate) police: Vec<String>,
    #[serde(default)]
    pub(crate) provider: Vec<String>,
}

/// One step of the story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// A sentence to print.
    #[serde(default)]
    pub(crate) say: Option<String>,
    /// On whose phone.
    #[serde(default)]
    pub(crate) on: Option<String>,
    /// What the phone's link does from now on.
    #[serde(default)]
    pub(crate) link: Option<Link>,
    /// A command, as the phone takes it.
    #[serde(rename = "do", default)]
    pub(crate) command: Option<Value>,
    /// A query, as the phone takes it.
    #[serde(default)]
    pub(crate) ask: Option<Value>,
    /// Whose phones synchronise.
    #[serde(default)]
    pub(crate) sync: Vec<String>,
    /// What the forged device writes.
    #[serde(default)]
    pub(crate) forge: Option<Forged>,
    /// When the phone is killed with SIGKILL, if it is.
    #[serde(default)]
    pub(crate) kill: Option<Kill>,
    /// The name that the answer is kept under.
    #[serde(rename = "as", default)]
    pub(crate) name: Option<String>,
    /// What the answer must hold, by JSON pointer; `{"/problem/code": "state"}` expects a problem.
    #[serde(default)]
    pub(crate) expect: BTreeMap<String, Value>,
}

/// A decision that is not its author's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forged {
    /// The referral: the answer of its `refer`.
    pub(crate) referral: Value,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// When a phone is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kill {
    /// Right after it printed its answer.
    AfterAnswer,
    /// After the commit, before the answer could be printed.
    BeforeAnswer,
}

/// One encounter, and how far the person got.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Encounter {
    pub(crate) officer: String,
    /// The answers of the roadside form that differ from the usual ones.
    pub(crate) form: Value,
    /// Whether the person came, and to how many sessions; none when the person never engaged.
    #[serde(default)]
    pub(crate) came: Option<Came>,
    /// The verdict that the phone must give.
    #[serde(default)]
    pub(crate) verdict: Option<Value>,
}

/// What the person came to.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Came {
    pub(crate) sessions: u32,
}

/// The scenario that the demo plays when none is named.
const WEST_BERKSHIRE: &str = include_str!("../../../../tests/scenarios/west-berkshire.json");

/// Reads a scenario.
pub(crate) fn read(path: Option<&Path>) -> Done<Scenario> {
    let text = match path {
        None => WEST_BERKSHIRE.to_owned(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| Failure::Environment(format!("{} cannot be read: {error}", path.display())))?,
    };
    serde_json::from_str(&text).map_err(|error| Failure::Usage(format!("the scenario is not one: {error}")))
}
