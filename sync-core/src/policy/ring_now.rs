//! Whom to ring now, by area and local hour.
//!
//! Does not ring anybody, and does not check the lines: `validate` does.

use serde::{Deserialize, Serialize};

/// Whom to ring now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingNow {
    /// Area, or `*` for everywhere.
    pub area: String,
    /// From this local time, `HH:MM`.
    pub from: String,
    /// To this local time, `HH:MM`, excluded; `24:00` ends the day, an earlier time than `from` runs past midnight.
    pub to: String,
    /// Whom, in words.
    pub whom: String,
    /// The number to ring.
    pub number: String,
}

impl RingNow {
    /// Whether the line serves every area.
    pub fn is_everywhere(&self) -> bool {
        self.area == "*"
    }

    /// Whether the line serves a minute of the local day.
    pub fn covers(&self, minute_of_day: u16) -> bool {
        match (minutes(&self.from), minutes(&self.to)) {
            (Some(from), Some(to)) if from < to => (from..to).contains(&minute_of_day),
            (Some(from), Some(to)) => minute_of_day >= from || minute_of_day < to,
            (None, _) | (_, None) => false,
        }
    }
}

/// Minutes since midnight of an `HH:MM` up to `24:00`.
pub(super) fn minutes(time: &str) -> Option<u16> {
    let (hours, minutes) = time.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}
