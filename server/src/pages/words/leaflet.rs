//! Around the leaflet. Its sentences are those of the words to read out.

pub(in crate::pages) const TITLE: &str = "Leaflet for the person";
pub(in crate::pages) const PRINT: &str =
    "Print this page and hand it over. It does not say whom it is for. Only what is below is printed.";
pub(in crate::pages) const BACK_TO_REFERRAL: &str = "The referral";
pub(in crate::pages) const BACK_TO_SERVICE: &str = "The service";
pub(in crate::pages) const A_SERVICE: &str = "Your drug service";
pub(in crate::pages) const TO_BE_FOUND: &str = "It is still to be found. You are told as soon as it is.";
pub(in crate::pages) const TELEPHONE: &str = "Telephone";
pub(in crate::pages) const HOURS: &str = "Hours";
pub(in crate::pages) const REFERENCE: &str = "Your reference";
pub(in crate::pages) const MEANS: &str = "What this means";
pub(in crate::pages) const AGREED: &str = "What you agree to, and how to stop";
pub(in crate::pages) const OPEN: &str = "Leaflet to print";
