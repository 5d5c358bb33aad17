//! How far a person got with the service, as a number of four.
//!
//! Does not say when a level is reached: see [`super::engagement`].

use serde::{Deserialize, Serialize};

/// How far a person got with the service. Written as 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// None.
    L0,
    /// Contacted.
    L1,
    /// Came to the assessment.
    L2,
    /// Assessment and the package's sessions.
    L3,
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for Level {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0, "maximum": 3 })
    }
}

impl Level {
    /// How far the person got, in people's words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::L0 => "not reached yet",
            Self::L1 => "contacted",
            Self::L2 => "came to the assessment",
            Self::L3 => "came to the assessment and all sessions",
        }
    }

    /// Every level, from nothing to the whole package.
    pub const ALL: &'static [Level] = &[Level::L0, Level::L1, Level::L2, Level::L3];
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        match level {
            Level::L0 => 0,
            Level::L1 => 1,
            Level::L2 => 2,
            Level::L3 => 3,
        }
    }
}

impl TryFrom<u8> for Level {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Level, Self::Error> {
        match number {
            0 => Ok(Level::L0),
            1 => Ok(Level::L1),
            2 => Ok(Level::L2),
            3 => Ok(Level::L3),
            _ => Err("a level is a number from 0 to 3"),
        }
    }
}
