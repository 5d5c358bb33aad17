//! `waymark audit`: who opened which person's record, newest first.
//!
//! Does not decide who may read it: the server's library does.

use serde_json::{Value, json};
use server::desk::{AuditWanted, Purpose, Query};

use super::commands::person;
use super::referrals::record;
use super::table::table;
use super::worklist::local;
use super::{At, Way, say};
use crate::failure::Done;

/// `waymark audit`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// Only what this person opened, by name or id.
    #[arg(long)]
    user: Option<String>,
    /// Only who opened this referral, by its reference or id.
    #[arg(long, value_name = "REFERRAL")]
    record: Option<String>,
    #[command(flatten)]
    at: At,
}

/// Every line that is asked for, to be read or kept elsewhere.
pub(crate) fn audit(args: AuditArgs) -> Done {
    let AuditArgs { user, record, at } = args;
    let way = Way::open(&at)?;
    let user = user.map(|named| person(&way, &named)).transpose()?;
    let record = record.map(|named| self::record(&way, &named)).transpose()?;
    let lines = way.all("openings", |page| Query::Audit(AuditWanted { user, record, page }))?;
    say(&at, &json!({"openings": lines}), |answer| {
        let rows: Vec<Value> = answer["openings"].as_array().into_iter().flatten().map(shown).collect();
        let columns = [
            ("when", "when"),
            ("who", "by"),
            ("role", "role"),
            ("what for", "for"),
            ("rows", "rows"),
            ("record", "record"),
        ];
        table(&rows, &columns)
    });
    Ok(())
}

fn shown(line: &Value) -> Value {
    let mut line = line.clone();
    let on_phone = line["opened_ms"].as_u64();
    line["when"] = json!(on_phone.or_else(|| line["at_ms"].as_u64()).map(local));
    let purpose: Option<Purpose> = serde_json::from_value(line["purpose"].clone()).ok();
    let on_phone = if on_phone.is_some() { ", on a phone" } else { "" };
    line["for"] = json!(purpose.map(|purpose| format!("{}{on_phone}", purpose.words())));
    line
}
