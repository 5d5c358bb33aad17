//! Waymark's shared words as data: code lists, tables of names and policy packs, embedded byte for byte.
//!
//! Each constant is one file of this package. Typed look-ups live in `sync-core`.
//!
//! Does not parse, check or interpret what it embeds.

/// Code lists: CSV, the first line names the columns, codes are never reused.
pub mod codes;
/// The dictionary of the wire: zstd, embedded as it is published.
pub mod dictionary;
/// Names and how they are compared: tables.
pub mod names;
/// Policy packs: JSON, one file a pack.
pub mod policy;
/// Migrations: SQL, one file a step.
pub mod sql;

/// The HTTP face: OpenAPI 3.1 as YAML.
pub const OPENAPI: &str = include_str!("../openapi.yaml");
