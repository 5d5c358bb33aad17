//! Lists as tables for people: a line of headings, then a line a row.
//!
//! Does not colour: what it prints can be piped.

use serde_json::Value;

/// A table of rows; each column has its heading and the field that it shows.
pub(super) fn table(rows: &[Value], columns: &[(&str, &str)]) -> String {
    if rows.is_empty() {
        return "nothing".to_owned();
    }
    let mut lines = vec![columns.iter().map(|(heading, _)| (*heading).to_owned()).collect::<Vec<_>>()];
    lines.extend(rows.iter().map(|row| columns.iter().map(|(_, field)| text(&row[*field])).collect()));
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default())
        .collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A value as a person reads it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [json!({"name": "Swanway", "state": "active"}), json!({"name": "B", "n": 1})];
        let shown = table(&rows, &[("name", "name"), ("state", "state")]);
        assert_eq!(shown, "name     state\nSwanway  active\nB        -");
        assert_eq!(table(&[], &[("name", "name")]), "nothing");
    }
}
