//! The policy packs as JSON text, and the schema that they keep.
//!
//! Does not validate them; `sync-core` does when it parses one.

macro_rules! packs {
    ($($file:literal),+ $(,)?) => {
        /// Every shipped version of every pack, each with its file's name. A version that was shipped is
        /// never changed and never leaves: a referral names the version it was decided by.
        pub const PACKS: &[(&str, &str)] = &[$(($file, include_str!(concat!("../policy/", $file))),)+];
    };
}

packs![
    "deferred-contract.v1.json",
    "divert-west-midlands.v1.json",
    "drug-education-one-chance.v1.json",
    "thames-valley-2018.v1.json",
];

/// What a pack looks like: JSON Schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../json/policy.schema.json");
