//! Pages of lists, and the `as_of` of what was shown: opaque texts that only the server reads.
//!
//! Does not use a time as a cursor.

use crate::desk::Refused;
use crate::keys::{base64url, from_base64url};
use crate::store::people::{Listed, Span};
use crate::store::rows::ServerRow;

/// Rows of a page when the reader names no number.
const USUAL: u16 = 50;
const MOST: u16 = 200;

/// Which part of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The cursor that the page before gave; none for the first.
    pub cursor: Option<String>,
    /// How many rows, from 1 to 200; 50 when none is named.
    pub limit: Option<u16>,
}

/// Which list a cursor is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Referrals = 1,
    Conflicts = 2,
    Providers = 3,
    Users = 4,
    Devices = 5,
    Persons = 6,
    Headers = 7,
    Audit = 8,
}

impl Page {
    pub(super) fn span(&self, list: List) -> Result<Span, Refused> {
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Refused::Field("limit"));
        }
        let after = self.cursor.as_deref().map(|cursor| read_cursor(list, cursor)).transpose()?;
        Ok(Span { after: after.unwrap_or_default(), limit: usize::from(limit) })
    }
}

/// The cursor after a page; none when it was the last one.
pub(super) fn next<T>(list: List, rows: &[Listed<T>], span: Span) -> Option<String> {
    let last = rows.last().filter(|_| rows.len() == span.limit)?;
    Some(cursor(list, last.pos))
}

fn cursor(list: List, pos: u64) -> String {
    let mut bytes = vec![list as u8];
    bytes.extend(pos.to_be_bytes());
    base64url(&bytes)
}

fn read_cursor(list: List, text: &str) -> Result<u64, Refused> {
    let bytes = from_base64url(text).ok_or(Refused::Cursor)?;
    let (first, pos) = bytes.split_first().ok_or(Refused::Cursor)?;
    let pos: [u8; 8] = pos.try_into().map_err(|_| Refused::Cursor)?;
    let pos = u64::from_be_bytes(pos);
    let known = *first == list as u8 && pos <= i64::MAX.cast_unsigned();
    if known { Ok(pos) } else { Err(Refused::Cursor) }
}

/// The text that stands for the server's history up to a place. The place comes first: so it never begins with a hyphen,
/// and a terminal never takes it for an option.
pub(super) fn as_of(server: &ServerRow, place: u64) -> String {
    let mut bytes = place.to_be_bytes().to_vec();
    bytes.extend(&server.epoch.as_bytes()[..4]);
    base64url(&bytes)
}

/// The place of an `as_of`; one of another epoch must be shown anew.
pub(super) fn read_as_of(server: &ServerRow, text: &str) -> Result<u64, Refused> {
    let bytes = from_base64url(text).ok_or(Refused::Field("as_of"))?;
    let (place, epoch) = bytes.split_first_chunk::<8>().ok_or(Refused::Field("as_of"))?;
    if epoch == &server.epoch.as_bytes()[..4] {
        Ok(u64::from_be_bytes(*place))
    } else {
        Err(Refused::ShownAnew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rows::ServerRow;
    use sync_core::ids::{DeviceId, OrgId, UserId};
    use uuid::Uuid;

    #[test]
    fn a_page_is_told_by_a_text_that_a_terminal_does_not_take_for_an_option() {
        for first in [0x00, 0x7f, 0xf8, 0xfb, 0xff] {
            let server = ServerRow {
                epoch: Uuid::from_bytes([first; 16]),
                force: OrgId(Uuid::nil()),
                force_prefix: String::new(),
                device: DeviceId(Uuid::nil()),
                user: UserId(Uuid::nil()),
                log_code: Vec::new(),
                public_key: Vec::new(),
            };
            let shown = as_of(&server, 7);
            assert!(!shown.starts_with('-'), "{shown}");
            assert_eq!(read_as_of(&server, &shown), Ok(7));
            assert_eq!(read_as_of(&server, &shown[..8]), Err(Refused::Field("as_of")));
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let cursor = cursor(List::Users, 7);
        assert_eq!(read_cursor(List::Users, &cursor), Ok(7));
        for (list, text) in [(List::Devices, cursor.as_str()), (List::Users, "7"), (List::Users, "")] {
            assert_eq!(read_cursor(list, text), Err(Refused::Cursor));
        }
        assert_eq!(read_cursor(List::Users, &super::cursor(List::Users, u64::MAX)), Err(Refused::Cursor));
    }
}
