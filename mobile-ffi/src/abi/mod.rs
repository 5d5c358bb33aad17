//! The C ABI: what `include/waymark.h` declares, for Swift, Kotlin and C.
//!
//! ```text
//!   C ─▶ check pointers, UTF-8, JSON ─▶ handle ─▶ call the facade ─▶ status + JSON ─▶ C
//!        └──────────────────── inside one panic boundary ────────────────────┘
//! ```
//! The only room with unsafe code. Does not decide anything: it checks, calls and converts.

#![expect(unsafe_code, reason = "C hands over raw pointers, and exported names are not mangled")]

mod callbacks;
mod convert;
mod exports;
mod handles;
mod status;

pub use callbacks::*;
pub use exports::*;
pub use status::Status;

#[cfg(test)]
mod tests;
