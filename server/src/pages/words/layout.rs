//! Head, rooms and foot.

use sync_core::access::Role;

pub(in crate::pages) const NAME: &str = "Waymark";
pub(in crate::pages) const INVENTED: &str =
    "For trying out: every person and every service here is invented.";
pub(in crate::pages) const SKIP: &str = "Skip to the page";
pub(in crate::pages) const SIGN_OUT: &str = "Sign out";
pub(in crate::pages) const ROOMS: &str = "Main";
pub(in crate::pages) const FAULTY: &str = "Error: ";
pub(in crate::pages) const ENDING: &str = "You will be signed out in 3 minutes.";
pub(in crate::pages) const ENDING_TEXT: &str =
    "Nothing was recorded from this page yet. What you have typed stays if you go on.";
pub(in crate::pages) const STAY: &str = "Stay signed in";
pub(in crate::pages) const SHOWN: &str = "As it stood on";
pub(in crate::pages) const RELOAD: &str = "Load the page again to see what came since.";

/// Where a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Room {
    Home,
    Refer,
    Conflicts,
    Persons,
    Referrals,
    Inbox,
    Diary,
    Search,
    People,
    Services,
    Slots,
    Devices,
    Policy,
    Results,
    Me,
}

impl Room {
    pub(in crate::pages) fn address(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Refer => "/refer",
            Self::Conflicts => "/conflicts",
            Self::Persons => "/persons",
            Self::Referrals => "/referrals",
            Self::Inbox => "/inbox",
            Self::Diary => "/diary",
            Self::Search => "/search",
            Self::People => "/people",
            Self::Services => "/services",
            Self::Slots => "/slots",
            Self::Devices => "/devices",
            Self::Policy => "/policy",
            Self::Results => "/results",
            Self::Me => "/me",
        }
    }

    pub(in crate::pages) fn words(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Refer => "Refer somebody",
            Self::Conflicts => "Disagreements",
            Self::Persons => "One person or two?",
            Self::Referrals => "Referrals",
            Self::Inbox => "New referrals",
            Self::Diary => "Diary",
            Self::Search => "Find",
            Self::People => "People",
            Self::Services => "Services",
            Self::Slots => "Appointments",
            Self::Devices => "Phones",
            Self::Policy => "Rules",
            Self::Results => "Results",
            Self::Me => "You",
        }
    }
}

/// The rooms that a role finds something in. The desk decides what is in them.
pub(in crate::pages) fn rooms_of(role: Role) -> &'static [Room] {
    match role {
        Role::Admin => &[
            Room::Home,
            Room::Conflicts,
            Room::Persons,
            Room::Referrals,
            Room::Search,
            Room::People,
            Room::Services,
            Room::Devices,
            Room::Policy,
            Room::Results,
        ],
        Role::Supervisor => &[
            Room::Home,
            Room::Refer,
            Room::Conflicts,
            Room::Referrals,
            Room::Search,
            Room::People,
            Room::Services,
            Room::Slots,
            Room::Devices,
            Room::Results,
        ],
        Role::ProviderLead => &[
            Room::Home,
            Room::Inbox,
            Room::Diary,
            Room::Conflicts,
            Room::Referrals,
            Room::Search,
            Room::People,
            Room::Services,
            Room::Slots,
            Room::Devices,
        ],
        Role::Officer => &[
            Room::Home,
            Room::Refer,
            Room::Referrals,
            Room::Search,
            Room::Services,
            Room::Slots,
            Room::Devices,
        ],
        Role::OutreachWorker => &[
            Room::Home,
            Room::Inbox,
            Room::Diary,
            Room::Referrals,
            Room::Search,
            Room::Services,
            Room::Slots,
            Room::Devices,
        ],
        Role::Auditor => &[Room::Home, Room::People, Room::Services, Room::Devices, Room::Policy],
        Role::Server => &[],
    }
}
