//! The dictionary that devices and server pack small bodies on the wire with.
//!
//! Does not pack anything.

/// The dictionary in the format of zstd. It holds words
/// of the protocol and of the forms, and nothing of anybody; how it was made: `dictionary/README.md`.
pub const BYTES: &[u8] = include_bytes!("../dictionary/waymark-1.zdict");

/// The number that a packed body names it by. Another dictionary gets another number.
pub const ID: u32 = 40_961;
