//! Engagement, disposal and eligibility of one referral.
pub mod eligibility;
