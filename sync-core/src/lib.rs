//! The referral, its log and its merge.
#![deny(missing_docs)]

pub mod codes;
pub mod identity;
pub mod policy;
pub mod reference;
pub mod referral;
