//! The migrations of the stores, in their order: the version of a store is how many were applied.
//!
//! Does not run them; the packages that own the stores do.

/// The server's store, each file with its name.
pub const SERVER: &[(&str, &str)] = &[
    ("0001_create_store.sql", include_str!("../sql/server/0001_create_store.sql")),
    ("0002_add_desk_sign_in.sql", include_str!("../sql/server/0002_add_desk_sign_in.sql")),
    ("0003_add_desk_forms.sql", include_str!("../sql/server/0003_add_desk_forms.sql")),
    ("0004_add_desk_kept_forms.sql", include_str!("../sql/server/0004_add_desk_kept_forms.sql")),
    ("0005_keep_a_row_a_referral.sql", include_str!("../sql/server/0005_keep_a_row_a_referral.sql")),
    ("0006_note_prior_checks.sql", include_str!("../sql/server/0006_note_prior_checks.sql")),
    ("0007_order_worklists.sql", include_str!("../sql/server/0007_order_worklists.sql")),
    (
        "0008_note_when_devices_were_seen.sql",
        include_str!("../sql/server/0008_note_when_devices_were_seen.sql"),
    ),
    ("0009_audit_openings.sql", include_str!("../sql/server/0009_audit_openings.sql")),
    ("0010_link_accounts.sql", include_str!("../sql/server/0010_link_accounts.sql")),
    (
        "0011_note_what_is_given_out_and_kept.sql",
        include_str!("../sql/server/0011_note_what_is_given_out_and_kept.sql"),
    ),
    ("0012_note_doubtful_receipts.sql", include_str!("../sql/server/0012_note_doubtful_receipts.sql")),
    ("0013_keep_referrals_by_number.sql", include_str!("../sql/server/0013_keep_referrals_by_number.sql")),
    ("0014_find_who_joined.sql", include_str!("../sql/server/0014_find_who_joined.sql")),
    (
        "0015_write_worklist_lines_plainly.sql",
        include_str!("../sql/server/0015_write_worklist_lines_plainly.sql"),
    ),
    (
        "0017_note_what_phones_open_and_get.sql",
        include_str!("../sql/server/0017_note_what_phones_open_and_get.sql"),
    ),
    ("0018_change_server_key.sql", include_str!("../sql/server/0018_change_server_key.sql")),
    (
        "0020_rank_paperwork_behind_people.sql",
        include_str!("../sql/server/0020_rank_paperwork_behind_people.sql"),
    ),
];

/// The phone's store: migrations in their order, name and text; the version is how many were applied.
pub const DEVICE: &[(&str, &str)] = &[
    ("0001_create_store", include_str!("../sql/device/0001_create_store.sql")),
    ("0002_join_streams_to_ask_for", include_str!("../sql/device/0002_join_streams_to_ask_for.sql")),
    ("0003_seal_rows", include_str!("../sql/device/0003_seal_rows.sql")),
    ("0004_write_less", include_str!("../sql/device/0004_write_less.sql")),
    ("0005_find_what_waits", include_str!("../sql/device/0005_find_what_waits.sql")),
];
