//! Changes of the server's signing key: a phone goes from the key that it knows to the next one when that key says so.
//!
//! ```text
//!   enrolment ─▶ key 1 ─ statement, signed by key 1 ─▶ key 2 ─ statement, signed by key 2 ─▶ key 3
//! ```
//! A statement travels with the epoch that begins with it: a phone that was away for long hears of several. A receipt counts
//! by the key of the epoch that it names ([`key_of`]). Does not sign or verify: keys stay with the caller.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::epoch::Epoch;
use crate::problem::Problem;

const TAG: &[u8] = b"waymark/server-key/1";

/// From an epoch on the server signs with another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// The key until then: base64url of the uncompressed SEC1 point.
    pub old: String,
    /// The key from then on.
    pub new: String,
    /// Base64url of the old key's signature over [`KeyChange::bytes`].
    pub signature: String,
}

impl KeyChange {
    /// What the old key signs: both keys, and the epoch that begins with the new one.
    #[must_use]
    pub fn bytes(old: &[u8], new: &[u8], epoch: Uuid) -> Vec<u8> {
        [TAG, old, new, epoch.as_bytes()].concat()
    }

    /// What its signature must be over; nothing when its keys are not written as keys are.
    #[must_use]
    pub fn signed(&self, epoch: Uuid) -> Option<Vec<u8>> {
        use base64::Engine as _;
        let bytes = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok();
        Some(Self::bytes(&bytes(&self.old)?, &bytes(&self.new)?, epoch))
    }
}

/// Whether the owner of a public key signed some bytes: key, bytes, signature; both texts are base64url.
pub type Verifies<'a> = &'a dyn Fn(&str, &[u8], &str) -> bool;

/// The keys that a phone goes through from the one that it knows, by what it is told of epochs: the last is the present one.
/// None when nothing changed for it.
///
/// # Errors
/// [`Problem`] `server_key_wrong` when a change is not signed by the key that it is from.
pub fn follow(known: &str, epochs: &[Epoch], verifies: Verifies<'_>) -> Result<Vec<String>, Problem> {
    let mut passed: Vec<String> = Vec::new();
    for (epoch, change) in
        epochs.iter().flat_map(|epoch| epoch.keys.iter().map(move |change| (epoch, change)))
    {
        // Of a key that this phone does not trust now, or no longer, nothing is believed and nothing is followed.
        if change.old != passed.last().map_or(known, String::as_str) {
            continue;
        }
        let signed = change.signed(epoch.id);
        if !signed.is_some_and(|bytes| verifies(&change.old, &bytes, &change.signature)) {
            return Err(Problem::new("server_key_wrong", ""));
        }
        passed.push(change.new.clone());
    }
    Ok(passed)
}

/// The key that the server signed with in an epoch, for whoever knows its first key and these epochs. None when the epoch is
/// not among them, or when they do not follow from that key.
///
/// A change counts only where the key before it is the present one: an earlier key that came into wrong hands changes nothing
/// behind the change that ended it.
#[must_use]
pub fn key_of(first: &str, epochs: &[Epoch], epoch: Uuid, verifies: Verifies<'_>) -> Option<String> {
    let at = epochs.iter().position(|known| known.id == epoch)?;
    let passed = follow(first, &epochs[..=at], verifies).ok()?;
    Some(passed.last().cloned().unwrap_or_else(|| first.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signature of this test: the key, and how many bytes it is over.
    fn sign(key: &str, bytes: &[u8]) -> String {
        format!("{key} {}", bytes.len())
    }

    fn verifies(key: &str, bytes: &[u8], signature: &str) -> bool {
        sign(key, bytes) == signature
    }

    fn change(old: &str, new: &str, by: &str) -> KeyChange {
        let mut change = KeyChange { old: old.to_owned(), new: new.to_owned(), signature: String::new() };
        change.signature = sign(by, &change.signed(Uuid::nil()).expect("they are base64url"));
        change
    }

    fn told(changes: &[&[KeyChange]]) -> Vec<Epoch> {
        let epoch = |keys: &&[KeyChange]| Epoch { keys: keys.to_vec(), ..Epoch::of_enrolment(Uuid::nil()) };
        changes.iter().map(epoch).collect()
    }

    fn followed(known: &str, changes: &[&[KeyChange]]) -> Result<Vec<String>, Problem> {
        follow(known, &told(changes), &verifies)
    }

    #[test]
    fn a_phone_that_was_away_follows_every_change_in_its_order() {
        let (one, two) = (change("aaaa", "bbbb", "aaaa"), change("bbbb", "cccc", "bbbb"));
        let [first, second] = [&one, &two].map(std::slice::from_ref);
        let both = Ok(vec!["bbbb".to_owned(), "cccc".to_owned()]);
        assert_eq!(followed("aaaa", &[first, &[], second]), both);
        assert_eq!(followed("aaaa", &[&[one.clone(), two.clone()]]), both, "two between two starts");
        assert_eq!(followed("bbbb", &[first, second]), Ok(vec!["cccc".to_owned()]));
        assert_eq!(followed("cccc", &[first, second]), Ok(Vec::new()), "it knows the newest");
    }

    #[test]
    fn each_epoch_has_its_key_and_a_second_change_of_an_earlier_key_takes_none_back() {
        let (one, two) = (change("aaaa", "bbbb", "aaaa"), change("bbbb", "cccc", "bbbb"));
        let again = change("aaaa", "eeee", "aaaa");
        let mut epochs = told(&[&[], &[one], &[], &[again], &[two]]);
        let keys = ["aaaa", "bbbb", "bbbb", "bbbb", "cccc"];
        // Every statement of this test is over the same epoch: only the places differ.
        let mut of = |at: usize| {
            epochs[at].id = Uuid::from_u128(7);
            let key = key_of("aaaa", &epochs, Uuid::from_u128(7), &|key, bytes, _| {
                !key.is_empty() && !bytes.is_empty()
            });
            epochs[at].id = Uuid::nil();
            key
        };
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(of(at).as_deref(), Some(*key), "epoch {at}");
        }
        assert_eq!(key_of("aaaa", &told(&[&[]]), Uuid::from_u128(9), &verifies), None, "it is not known");
    }

    #[test]
    fn a_change_that_the_known_key_did_not_sign_is_refused_and_one_of_another_key_is_passed_over() {
        let forged = change("aaaa", "eeee", "eeee");
        assert_eq!(
            followed("aaaa", &[&[forged]]).map_err(|problem| problem.code),
            Err("server_key_wrong".into())
        );
        let elsewhere = change("dddd", "eeee", "dddd");
        assert_eq!(followed("aaaa", &[&[elsewhere]]), Ok(Vec::new()));
        let moved = KeyChange { new: "eeee".to_owned(), ..change("aaaa", "bbbbbbbb", "aaaa") };
        assert!(followed("aaaa", &[&[moved]]).is_err(), "the new key is signed too");
        let garbled = KeyChange { new: "no key".to_owned(), ..change("aaaa", "bbbb", "aaaa") };
        assert!(followed("aaaa", &[&[garbled]]).is_err());
    }
}
