//! The policy packs as JSON text.
//!
//! Does not validate them; `sync-core` does when it parses one.

/// The seed scheme of Thames Valley: community resolution at the roadside, return after engagement.
pub const THAMES_VALLEY_2018: &str = include_str!("../policy/thames-valley-2018.json");
