//! What is known of people's names, and how much each agreement weighs, as data.
//!
//! Does not compare anybody; `sync_core::identity` does.

/// Columns: `letter,latin`. Letters of other alphabets, and Latin ones that no decomposition takes apart.
pub const LETTERS: &str = include_str!("../names/letters.csv");
/// Columns: `word,note`. Words of a name that people write or leave out at will.
pub const PARTICLES: &str = include_str!("../names/particles.csv");
/// Columns: `from,to,where,note`. What differs only by the way of writing; applied in this order.
pub const SPELLINGS: &str = include_str!("../names/spellings.csv");
/// Columns: `name,others`. A name and its short or foreign forms; two names are forms of one when a line holds both.
pub const NICKNAMES: &str = include_str!("../names/nicknames.csv");
/// The weights of the reasons, and from where on two persons are asked about or are the same.
pub const MATCHING: &str = include_str!("../names/matching.json");
