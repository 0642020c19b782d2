//! Keys that pick a mood: 1 to 9, then the letters, in the order in which the moods are shown.

/// The keys in their order. `@counter-style lume-keys` in mood.css shows the same.
const KEYS: &str = "123456789abcdefghijklmnopqrstuvwxyz";

/// The place of the mood that a key stands for. `key` is what the key writes and `code` where it is: on a keyboard with
/// other letters or with digits behind a shift, the place counts.
pub(crate) fn place(key: &str, code: &str) -> Option<usize> {
    of_character(key).or_else(|| {
        let of_place = ["Digit", "Numpad", "Key"]
            .into_iter()
            .find_map(|prefix| code.strip_prefix(prefix))?;
        // A letter that the keyboard writes itself is meant as written.
        let writes_latin = key
            .chars()
            .all(|character| character.is_ascii_alphanumeric());
        of_character(of_place).filter(|_| !writes_latin)
    })
}

fn of_character(text: &str) -> Option<usize> {
    let mut characters = text.chars();
    let character = characters.next()?.to_ascii_lowercase();
    if characters.next().is_some() {
        return None;
    }
    KEYS.chars().position(|key| key == character)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn digits_come_first_and_letters_go_on() {
        assert_eq!(place("1", "Digit1"), Some(0));
        assert_eq!(place("9", "Numpad9"), Some(8));
        assert_eq!(place("a", "KeyA"), Some(9));
        assert_eq!(place("I", "KeyI"), Some(17));
        assert_eq!(place("0", "Digit0"), None);
    }

    #[test]
    fn where_a_keyboard_writes_something_else_the_keys_place_counts() {
        assert_eq!(place("&", "Digit1"), Some(0), "French");
        assert_eq!(place("ش", "KeyA"), Some(9), "Arabic");
        assert_eq!(place("a", "KeyQ"), Some(9), "what is written goes first");
    }

    #[test]
    fn other_keys_pick_nothing() {
        for (key, code) in [
            ("Enter", "Enter"),
            ("ArrowDown", "ArrowDown"),
            (" ", "Space"),
            ("F1", "F1"),
            ("/", "Slash"),
        ] {
            assert_eq!(place(key, code), None, "{key}");
        }
    }
}
