//! What a scheme achieves, in numbers: from the roadside to completion, times, gaps in the paperwork, and equality.
//!
//! ```text
//!   folded streams ─▶ Figures (one row an encounter, no name) ─┐
//!   who is one person ─────────────────────────────────────────┴─▶ Report: funnel · times · gaps · equality
//! ```
//! A row is written when its record changes, so that a report reads rows and folds nothing. Every number of a report can
//! be computed again from the rows. Does not read a clock; does not know who may read a report.

mod effort;
mod equality;
mod figures;
mod funnel;
mod gaps;
mod interval;
pub mod outcomes;
mod report;
mod sheet;
mod times;

pub use crate::referral::act::TOO_FEW;
pub use effort::FormEffort;
pub use equality::{AGE_BANDS, Areas, Attribute, Equality, Group, NOT_RECORDED, Shown, Step};
pub use figures::{Ended, Figures, Furthest};
pub use funnel::{Funnel, FunnelStep};
pub use gaps::{Gaps, Missing};
pub use interval::{Interval, RATIO_Z, ratio, wilson};
pub use report::{Counted, Period, Report, report};
pub use sheet::sheet;
pub use times::{Time, Times};
