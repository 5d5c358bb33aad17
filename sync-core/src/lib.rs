//! The referral, its log and its merge: pure. **Devices record, the server judges once, everybody folds.**
//!
//! ```text
//!   referral   what can be recorded, how the ops of a stream merge, how far the person got
//!   stream     who had seen what: exact ancestry          register   what becomes of a field
//!   op, log    one recorded act, one device's chain       stamp      what the server adds, once
//!   policy     the scheme's rules as data                 persons    who is one person
//!   sync       what devices and server say to each other, and what each does next
//! ```
//!
//! # What it promises
//!
//! - **The same ops give the same state**, byte for byte, whatever the order, duplication or grouping in
//!   which they came ([`referral::fold`]).
//! - **Two people who disagree are both heard**: their values stay until a person settles them, and meanwhile
//!   the state takes what is best for the person who was referred ([`referral::conflict`]).
//! - **No clock wins an argument**: what an author had seen decides, and clocks only sort for people
//!   ([`stream`], [`register`]).
//! - **A fact is never turned away** for the state that a referral is in; a decision is judged by what its
//!   author knew and by nothing else ([`referral::judge`]).
//!
//! # Two workers without signal
//!
//! Reid and Moss both know the appointment, and neither knows what the other writes about it:
//!
//! ```text
//!   Reid   appointment.booked ──┬── attended
//!   Moss                        ╰── did not attend        neither had seen the other: both are heard
//! ```
//!
//! ```
//! use sync_core::clock::Hlc;
//! use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, UserId};
//! use sync_core::op::VOCABULARY;
//! use sync_core::referral::conflict::{ConflictKind, Settler};
//! use sync_core::referral::{fold::fold, view::view};
//! use sync_core::stream::{History, StreamOp};
//! use uuid::Uuid;
//!
//! let provider = OrgId(Uuid::from_u128(1));
//! let stream = Record::referral(Uuid::from_u128(2)).stream(CompartmentKind::Outreach, provider);
//! let record = |who: u128, seq: u64, deps: &[OpId], kind: &str, body: &str| StreamOp {
//!     id: OpId { device: DeviceId(Uuid::from_u128(who)), seq },
//!     stream,
//!     deps: deps.to_vec(),
//!     hlc: Hlc::from_ms(1_780_000_000_000 + seq),
//!     author: UserId(Uuid::from_u128(who)),
//!     kind: kind.parse().expect("a kind"),
//!     vocabulary: VOCABULARY,
//!     body: Some(body.into()),
//!     erased: None,
//!     stamp: None,
//! };
//! let (reid, moss) = (10, 11);
//! let booked = r#"{"at_ms":1780003600000,"meeting":"assessment","minutes":60}"#;
//! let booked = record(reid, 1, &[], "appointment.booked", booked);
//! let came = r#"{"meeting":"assessment","status":"attended","minutes":60,"at_ms":1780003600000,"appointment":1}"#;
//! let came = record(reid, 2, &[], "attendance.recorded", came);
//! let missed = format!(
//!     r#"{{"meeting":"assessment","status":"did_not_attend","minutes":0,"at_ms":1780003600000,"appointment":"{}"}}"#,
//!     booked.id
//! );
//! let missed = record(moss, 1, &[booked.id], "attendance.recorded", &missed);
//!
//! // Whatever the order in which they arrive, and however often: one state.
//! let state = fold(&History::new([booked.clone(), came.clone(), missed.clone()]));
//! let other = fold(&History::new([missed.clone(), missed, came, booked]));
//! assert_eq!(state.digest(), other.digest());
//!
//! // Both are heard: a conflict that the provider's lead settles. Meanwhile the person counts as having come.
//! let view = view(&[state]);
//! assert_eq!((view.conflicts[0].kind, view.conflicts[0].settler), (ConflictKind::Field, Settler::ProviderLead));
//! assert_eq!(view.engagement.level.map(u8::from), Some(2));
//! ```
//!
//! Does not read a clock, draw a random number, touch a file, a database or a network: time, ids and random
//! bytes arrive as arguments.
#![deny(missing_docs)]

#[macro_use]
mod as_text;

pub mod access;
pub mod check;
pub mod clock;
pub mod codes;
#[macro_use]
pub mod command;
pub mod exhibit;
pub mod identity;
pub mod ids;
pub mod local_time;
pub mod log;
pub mod op;
pub mod persons;
pub mod phone;
pub mod policy;
pub mod problem;
pub mod query;
pub mod reference;
pub mod referral;
pub mod register;
pub mod request;
pub mod results;
pub mod service;
pub mod shape;
pub mod shared;
pub mod slots;
pub mod stamp;
pub mod stream;
pub mod sync;
