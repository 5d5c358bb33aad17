//! The table of one side's verbs, from which its enum, its reader and its help are made.
//!
//! Does not know what a verb means.

use crate::access::Role;
use crate::referral::act::KINDS;

/// One verb, as people look it up.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The word.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The kinds of entry that it writes; whoever may record the first may use it.
    pub kinds: &'static [&'static str],
    /// An example, with a placeholder such as `<record>` for each id.
    pub example: &'static str,
    /// The JSON Schema of its fields.
    #[cfg(feature = "json-schema")]
    pub schema: fn() -> schemars::Schema,
    /// The JSON Schema of its answer.
    #[cfg(feature = "json-schema")]
    pub answer: fn() -> schemars::Schema,
}

impl Verb {
    /// Who may use it: whoever may record the first of its kinds; everybody, where it writes none.
    #[must_use]
    pub fn who(&self) -> Vec<Role> {
        let people = Role::ALL.iter().copied().filter(|role| *role != Role::Server);
        let records = |role: &Role| {
            let first = KINDS.iter().find(|info| self.kinds.first() == Some(&info.kind));
            first.is_none_or(|info| info.roles.contains(role))
        };
        people.filter(records).collect()
    }
}

/// The JSON Schema of a value as it is written: a field that is left out at times is not required.
#[cfg(feature = "json-schema")]
#[must_use]
pub fn schema_of_written<T: schemars::JsonSchema>() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}

macro_rules! side {
    ($(#[$doc:meta])* $side:ident {
        $($verb:literal $command:ident [$($kind:literal)*] $summary:literal $example:literal -> $answer:ty;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub enum $side {
            $(#[doc = $summary] $command(Box<$command>),)+
        }

        impl $side {
            /// Its verbs.
            pub const VERBS: &'static [$crate::command::Verb] = &[$($crate::command::Verb {
                name: $verb,
                summary: $summary,
                kinds: &[$($kind),*],
                example: $example,
                #[cfg(feature = "json-schema")]
                schema: || schemars::schema_for!($command),
                #[cfg(feature = "json-schema")]
                answer: $crate::command::schema_of_written::<$answer>,
            }),+];

            /// Reads the fields of a verb.
            pub(super) fn read(verb: &str, fields: serde_json::Value) -> Result<Self, $crate::problem::Problem> {
                match verb {
                    $($verb => Ok(Self::$command(Box::new($crate::request::fields(fields)?))),)+
                    _ => Err($crate::request::unknown("command", Self::VERBS.iter().map(|verb| verb.name))),
                }
            }
        }
    };
}

/// The fields of commands: public, documented, and nothing beside them is allowed.
macro_rules! fields {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        #[derive(Debug, Clone, serde::Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name { $($(#[$fmeta])* pub $field: $type,)* }
    )+};
}

/// Answers: public, documented, written as JSON.
macro_rules! answers {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        #[derive(Debug, Clone, serde::Serialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub struct $name { $($(#[$fmeta])* pub $field: $type,)* }
    )+};
}
