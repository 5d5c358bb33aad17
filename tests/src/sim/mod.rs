//! The deterministic simulator: phones, a server and a hostile network, all from one seed.
//!
//! ```text
//!   seed ─▶ plan (a value) ─▶ run: one step at a time, checked after each ─▶ quiet ─▶ converged?
//!                └──────────── a plan that fails is shrunk, printed, and kept as a fixture
//! ```
//! The server is the real pipeline over a store in memory; the phones run the real machine of `sync-core` over maps. Clocks, ids and randomness come from the seed, so the same seed gives the same trace. Does not
//! test screens, HTTP or files.

mod acts;
mod cheats;
mod checks;
mod counts;
mod deeds;
mod folds;
mod gone;
mod lost;
mod met;
mod network;
mod phone;
mod plan;
mod quiet;
mod random;
mod rare;
mod scenes;
mod shrink;
mod signatures;
mod state;
mod store;
mod sync;
mod world;
mod write;

pub use counts::Counts;
pub use plan::{Bug, Cut, Fault, Honest, Loss, Member, Plan, Revoked, Step, View};
pub use random::Random;
pub use scenes::{Deed, Drug, Named, Says};
pub use shrink::shrink;
pub use world::{Failure, Outcome, run};
