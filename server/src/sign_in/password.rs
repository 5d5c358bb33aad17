//! Passwords, kept as argon2id hashes (RFC 9106) with their parameters.
//!
//! Slow on purpose: callers run this on a thread that may wait. Does not know whose a password is.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time;

use crate::keys::{base64url, from_base64url, random};

/// The shortest password, in letters.
pub(crate) const SHORTEST: usize = 12;
/// The longest, in bytes: hashing takes no longer for it, reading would.
const LONGEST_BYTES: usize = 1024;

/// 19 MiB, two passes, one lane: the least that OWASP names for argon2id.
const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };

#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weak {
    Short,
    Long,
    /// It is what attackers try first, or one letter again and again.
    Guessed,
    /// It says the sign-in name.
    Named,
}

/// Whether a password can be chosen. Length counts; signs and capitals are nobody's business.
pub(crate) fn check(password: &str, sign_in_name: &str) -> Result<(), Weak> {
    let small = password.to_lowercase();
    let name = sign_in_name.split('@').next().unwrap_or_default();
    if password.chars().count() < SHORTEST {
        return Err(Weak::Short);
    }
    if password.len() > LONGEST_BYTES {
        return Err(Weak::Long);
    }
    if name.chars().count() > 3 && small.contains(name) {
        return Err(Weak::Named);
    }
    let letters: std::collections::BTreeSet<char> = small.chars().collect();
    let first = ["password", "123456", "qwerty", "letmein", "waymark", "welcome"];
    let rest = first.iter().fold(small.clone(), |rest, word| rest.replace(word, ""));
    if letters.len() < 5 || rest.chars().count() < 5 { Err(Weak::Guessed) } else { Ok(()) }
}

/// The text that is kept of a password.
pub(crate) fn hash(password: &str) -> String {
    let salt = random::<16>();
    let Cost { memory_kib, passes, lanes } = COST;
    let hash = with(COST, password, &salt).expect("these parameters are within what argon2id takes");
    format!("{memory_kib}.{passes}.{lanes}.{}.{}", base64url(&salt), base64url(&hash))
}

/// Whether it is the password that was kept so. Without one the same work is done, so that the time taken does not
/// tell whether there is such an account.
pub(crate) fn is_it(password: &str, kept: Option<&str>) -> bool {
    let Some((cost, salt, known)) = kept.and_then(read) else {
        let _ = with(COST, password, &[0; 16]);
        return false;
    };
    let hash = with(cost, password, &salt);
    hash.is_some_and(|hash| constant_time::verify_slices_are_equal(&hash, &known).is_ok())
}

fn read(kept: &str) -> Option<(Cost, Vec<u8>, Vec<u8>)> {
    let parts: Vec<&str> = kept.split('.').collect();
    let [memory, passes, lanes, salt, hash] = parts.as_slice() else { return None };
    let (memory_kib, passes, lanes) = (memory.parse().ok()?, passes.parse().ok()?, lanes.parse().ok()?);
    Some((Cost { memory_kib, passes, lanes }, from_base64url(salt)?, from_base64url(hash)?))
}

fn with(Cost { memory_kib, passes, lanes }: Cost, password: &str, salt: &[u8]) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let params = Params::new(memory_kib, passes, lanes, Some(hash.len())).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    // A password that nobody could have chosen is not hashed at all.
    let typed = password.get(..password.len().min(LONGEST_BYTES + 1)).unwrap_or_default();
    argon.hash_password_into(typed.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() {
        let kept = hash("correct horse battery");
        assert_ne!(hash("correct horse battery"), kept, "each has its own salt");
        assert!(is_it("correct horse battery", Some(&kept)));
        for other in ["", "correct horse batterx", "Correct horse battery", "correct horse battery "] {
            assert!(!is_it(other, Some(&kept)), "{other}");
        }
        assert!(!is_it("correct horse battery", None));
        assert!(!is_it("x", Some("nonsense")));
    }

    #[test]
    fn what_is_guessed_first_cannot_be_chosen() {
        let long = "a".repeat(2000);
        for (password, weak) in [
            ("short", Weak::Short),
            ("ééééééééééé", Weak::Short),
            (long.as_str(), Weak::Long),
            ("aaaaaaaaaaaa", Weak::Guessed),
            ("password1234", Weak::Guessed),
            ("PASSWORDpassword", Weak::Guessed),
            ("ruth.okafor-2026", Weak::Named),
        ] {
            assert_eq!(check(password, "ruth.okafor@kvp.example"), Err(weak), "{password}");
        }
        assert_eq!(check("correct horse battery", "ruth"), Ok(()));
        assert_eq!(check("nine lives of a cat", "al"), Ok(()));
    }
}
