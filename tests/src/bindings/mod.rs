//! The typed commands and queries of the Python and the Java package, made of the JSON Schemas of the phone's requests.
//!
//! ```text
//!   schemas ─▶ model: verbs, objects, words ─┬─▶ python ─▶ waymark/{commands,queries,parts}.py
//!                                            └─▶ java ───▶ waymark/{Commands,Queries,Parts}.java
//! ```
//! Does not write what is the same in every version of the vocabulary: those files are written by hand.

mod java;
mod model;
mod python;

/// Each made file, by its path under `mobile-ffi/bindings`.
pub fn files() -> Vec<(String, String)> {
    let model = model::Model::read();
    let python =
        python::files(&model).into_iter().map(|(name, text)| (format!("python/waymark/{name}"), text));
    let java = java::files(&model).into_iter();
    let java = java.map(|(name, text)| (format!("java/src/main/java/waymark/{name}"), text));
    python.chain(java).collect()
}

/// `not_given` as `NotGiven`.
fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// `record` as `Record`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
