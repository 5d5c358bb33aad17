//! Exhibit references: the officer's initials, the letter of the device, and a number: `AK/A1`, `AK/B1`.
//!
//! Two phones of one officer number apart without signal, since the server gives each of a person's devices a letter
//! of its own. Does not look for repeats: see [`crate::referral::duplicate_crime`].

/// The initials of a name, in capitals; `WM` for a name without letters.
#[must_use]
pub fn initials(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphabetic());
    let initials: String =
        words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect();
    if initials.is_empty() { "WM".to_owned() } else { initials }
}

/// The letter of a person's device: A for the first, Z for the 26th, AA for the next.
#[must_use]
pub fn device_letter(earlier_devices: usize) -> String {
    let mut left = earlier_devices + 1;
    let mut letters = Vec::new();
    while left > 0 {
        let place = u8::try_from((left - 1) % 26).expect("less than 26");
        letters.push(char::from(b'A' + place));
        left = (left - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// The reference that a device proposes.
#[must_use]
pub fn proposed(initials: &str, letter: &str, number: u64) -> String {
    format!("{initials}/{letter}{number}")
}

/// Whether a reference begins with these initials: two officers may share them, and then both are right.
#[must_use]
pub fn is_of(reference: &str, initials: &str) -> bool {
    reference.trim().split_once('/').is_some_and(|(before, _)| before.trim().eq_ignore_ascii_case(initials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_of_a_person_has_a_letter_of_its_own() {
        let letters: Vec<String> = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(device_letter).to_vec();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_reference_names_officer_device_and_number() {
        assert_eq!(proposed(&initials("Amira Khan"), &device_letter(1), 3), "AK/B3");
        assert_eq!(initials("Ana-María O'Neill"), "AMON");
        assert_eq!(initials(" 42 "), "WM");
        assert!(is_of("ak/A1", "AK") && !is_of("AKB/1", "AK") && !is_of("AK1", "AK"));
    }
}
