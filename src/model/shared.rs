//! What another app shares with Lume: a title, a text, an address, any of which may be missing.

use lume_core::entry::NOTE_CHARS_MAX;

/// The parameters of the address under which it comes, as in the manifest's `share_target`.
pub(crate) const PARAMETERS: [&str; 3] = ["share_title", "share_text", "share_url"];

/// What is put into a note of it; `None` if there is nothing. Nothing is said twice: many apps put the address into the
/// text.
pub(crate) fn note(parts: [Option<String>; 3]) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts.into_iter().flatten() {
        let part = part.trim();
        if !part.is_empty() && !lines.iter().any(|line| line.contains(part)) {
            lines.retain(|line| !part.contains(line.as_str()));
            lines.push(part.to_owned());
        }
    }
    let text: String = lines.join("\n").chars().take(NOTE_CHARS_MAX).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::note;

    fn of(parts: [&str; 3]) -> Option<String> {
        note(parts.map(|part| Some(part.to_owned()).filter(|part| !part.is_empty())))
    }

    #[test]
    fn what_is_shared_becomes_lines() {
        assert_eq!(
            of(["A song", "Listen to this", "https://song.example"]).as_deref(),
            Some("A song\nListen to this\nhttps://song.example")
        );
    }

    #[test]
    fn nothing_is_said_twice_and_nothing_makes_nothing() {
        assert_eq!(
            of([
                "A song",
                "A song https://song.example",
                "https://song.example"
            ])
            .as_deref(),
            Some("A song https://song.example")
        );
        assert_eq!(of(["", "  ", ""]), None);
    }

    #[test]
    fn a_text_without_an_end_is_cut_to_what_a_note_takes() {
        let long = "x".repeat(lume_core::entry::NOTE_CHARS_MAX + 10);

        let note = of(["", &long, ""]).expect("there is text");

        assert_eq!(note.chars().count(), lume_core::entry::NOTE_CHARS_MAX);
    }
}
