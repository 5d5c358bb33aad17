//! Options that take one of a few words: `--help` and the error list them.
//!
//! Does not say what a word means: the option's own help does.

use chrono::NaiveDate;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;
use serde_json::json;

/// The roles that people have.
pub(crate) const ROLES: [&str; 6] =
    ["officer", "supervisor", "outreach_worker", "provider_lead", "admin", "auditor"];

/// Reads one of these words.
pub(crate) fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| serde_json::from_value::<T>(json!(word)))
}

/// Reads a day.
pub(crate) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write a day that exists, such as 2034-01-31".to_owned())
}
