//! Who a person is in the scheme, what they may read, and which feeds carry it.
//!
//! Does not know whether a particular op is allowed: see [`crate::referral::judge`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{BadId, CompartmentKind, DeviceId, OrgId, UserId};

/// What somebody does in the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Refers at the roadside.
    Officer,
    /// Discretion, rescinding, four-eyes decisions.
    Supervisor,
    /// Contacts people and records attendance, in the field.
    OutreachWorker,
    /// Accepts, rejects, transfers, closes; disputed attendance.
    ProviderLead,
    /// Settles conflicts; persons, providers, users, devices, policy.
    Admin,
    /// The audit log and verification; reads no bodies.
    Auditor,
    /// The server itself, for what nobody decided.
    Server,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Officer,
        Self::Supervisor,
        Self::OutreachWorker,
        Self::ProviderLead,
        Self::Admin,
        Self::Auditor,
        Self::Server,
    ];

    /// The word that stands for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Supervisor => "supervisor",
            Self::OutreachWorker => "outreach_worker",
            Self::ProviderLead => "provider_lead",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Server => "server",
        }
    }

    /// Whether people of this role work for a provider.
    #[must_use]
    pub fn of_provider(self) -> bool {
        match self {
            Self::OutreachWorker | Self::ProviderLead => true,
            Self::Officer | Self::Supervisor | Self::Admin | Self::Auditor | Self::Server => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.iter().copied().find(|role| role.word() == text).ok_or(BadId("role"))
    }
}

/// Somebody who records an op: who, as what, for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The person.
    pub user: UserId,
    /// Their role.
    pub role: Role,
    /// Their organisation.
    pub org: OrgId,
    /// The force whose scheme it is.
    pub force: OrgId,
}

/// A feed: those who may read the same streams. Each has its own ordered list of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// One officer's own referrals.
    Officer(UserId),
    /// The force's supervisors and admins.
    Force(OrgId),
    /// The force's admins alone: extracts of conflicts that are theirs to settle.
    Desk(OrgId),
    /// The force's supervisors alone: extracts of ops that were kept aside in `police`.
    Supervisors(OrgId),
    /// One provider's leads alone: extracts of ops that were kept aside in its streams.
    Leads(OrgId),
    /// One provider's people.
    Provider(OrgId),
    /// One device: stamps of its own ops that had been pending.
    Device(DeviceId),
    /// Everybody of a force's scheme: what devices look things up in.
    Everybody(OrgId),
}

impl Scope {
    /// The text that stands for it in the server's store.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Officer(user) => format!("officer/{user}"),
            Self::Force(org) => format!("force/{org}"),
            Self::Desk(org) => format!("desk/{org}"),
            Self::Supervisors(org) => format!("supervisors/{org}"),
            Self::Leads(org) => format!("leads/{org}"),
            Self::Provider(org) => format!("provider/{org}"),
            Self::Device(device) => format!("device/{device}"),
            Self::Everybody(force) => format!("everybody/{force}"),
        }
    }

    /// The scopes that a device of this author follows.
    #[must_use]
    pub fn followed(device: DeviceId, author: &Author) -> Vec<Self> {
        let mut scopes = vec![Self::Device(device), Self::Everybody(author.force)];
        match author.role {
            Role::Officer => scopes.push(Self::Officer(author.user)),
            Role::Supervisor => scopes.extend([Self::Force(author.org), Self::Supervisors(author.org)]),
            Role::Admin => scopes.extend([Self::Force(author.org), Self::Desk(author.org)]),
            Role::OutreachWorker => scopes.push(Self::Provider(author.org)),
            Role::ProviderLead => scopes.extend([Self::Provider(author.org), Self::Leads(author.org)]),
            Role::Auditor | Role::Server => {}
        }
        scopes
    }
}

/// The scopes that read a stream of a referral: `owners` are the officers who recorded in it,
/// `providers` every provider that is live in its provider register.
#[must_use]
pub fn readers(
    compartment: CompartmentKind,
    org: OrgId,
    force: OrgId,
    owners: &[UserId],
    providers: &[OrgId],
) -> Vec<Scope> {
    let police = || owners.iter().map(|user| Scope::Officer(*user)).chain([Scope::Force(force)]);
    match compartment {
        CompartmentKind::Police => police().collect(),
        CompartmentKind::Shared => police().chain(providers.iter().map(|p| Scope::Provider(*p))).collect(),
        CompartmentKind::Outreach | CompartmentKind::Care => vec![Scope::Provider(org)],
        CompartmentKind::Audit => Vec::new(),
    }
}
