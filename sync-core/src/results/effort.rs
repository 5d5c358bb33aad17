//! What referring costs officers: the minutes that a form takes, and how easy they find it.
//!
//! Of all officers together; nobody is shown one officer's own. Does not measure: phones and the desk do.

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::funnel::count;
use super::interval::{Interval, wilson};
use super::times::{Time, time};

/// What referring costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct FormEffort {
    /// From the first draft of a form until it was saved.
    pub form: Time,
    /// How many officers' answers there are to *how easy was this?*
    pub rated: u64,
    /// The share that answered 4 or 5, of five; none of fewer than ten.
    pub easy: Option<Interval>,
}

impl FormEffort {
    /// Measures rows.
    #[must_use]
    pub fn of(rows: &[&Figures]) -> Self {
        let minutes = rows.iter().filter_map(|row| row.minutes);
        let rated: Vec<u8> = rows.iter().filter_map(|row| row.ease).collect();
        let all = rated.len() as u64;
        let easy = count(rated.iter().filter(|ease| **ease >= 4));
        Self {
            form: time(minutes.map(|minutes| u64::from(minutes) * 60_000).collect()),
            rated: all,
            easy: wilson(easy, all).filter(|_| rated.len() >= super::TOO_FEW),
        }
    }
}
