//! The figures, as a table and as JSON.
//!
//! Does not measure.

use std::fmt;

use serde_json::{Value, json};

/// Figures, in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Report(Vec<Figure>);

#[derive(Debug)]
struct Figure {
    what: String,
    value: f64,
    /// The bar of the issue.
    bar: Option<f64>,
}

impl Report {
    pub(super) fn add(&mut self, what: impl Into<String>, value: f64, bar: Option<f64>) {
        let figure = Figure { what: what.into(), value, bar };
        // A run takes minutes: each figure is shown when it is there.
        println!("{figure}");
        self.0.push(figure);
    }

    /// The figures as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let figures = self.0.iter();
        figures.map(|figure| json!({"what": figure.what, "value": figure.value, "bar": figure.bar})).collect()
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, value, bar } = self;
        let bar = bar.map_or(String::new(), |bar| format!("{bar}"));
        write!(f, "{what:<58} {value:>12.3} {bar:>10}")
    }
}
