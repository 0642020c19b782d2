//! Notes that an app keeps as HTML, as plain text.

/// What shows that a text is HTML, and does not just have angles in it.
const SIGNS: [&str; 14] = [
    "<br",
    "</div>",
    "</p>",
    "</b>",
    "</i>",
    "</u>",
    "</s>",
    "</li>",
    "</span>",
    "</strong>",
    "</em>",
    "</strike>",
    "</font>",
    "</h1>",
];
/// Ends of what stands on lines of its own.
const ENDS_OF_LINES: [&str; 8] = [
    "br",
    "/div",
    "/p",
    "/li",
    "/h1",
    "/h2",
    "/h3",
    "/blockquote",
];
/// The longest entity that is looked for.
const ENTITY_BYTES_MAX: usize = 10;

/// The text of a note; one that is no HTML comes back as it is.
pub(crate) fn plain(note: &str) -> String {
    if !SIGNS.iter().any(|sign| note.contains(sign)) {
        return note.to_owned();
    }
    let mut plain = String::with_capacity(note.len());
    let mut rest = note;
    while let Some(place) = rest.find(['<', '&']) {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let taken = if rest.starts_with('<') {
            tag(rest, &mut plain)
        } else {
            entity(rest, &mut plain)
        };
        let taken = taken.unwrap_or_else(|| {
            plain.push_str(&rest[..1]);
            1
        });
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    let lines: Vec<_> = plain.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// Writes what a tag means, and says how long it is; `None` if it is none.
fn tag(rest: &str, plain: &mut String) -> Option<usize> {
    let end = rest.find('>')?;
    let name = rest[1..end].trim_end_matches('/');
    let name = name.split_whitespace().next()?.to_lowercase();
    let is_tag = name
        .trim_start_matches('/')
        .starts_with(|char: char| char.is_ascii_alphabetic());
    if !is_tag {
        return None;
    }
    if name == "li" {
        plain.push_str("• ");
    } else if ENDS_OF_LINES.contains(&name.as_str()) {
        plain.push('\n');
    }
    Some(end + 1)
}

/// Writes what an entity stands for, and says how long it is; `None` if it is none that is known.
fn entity(rest: &str, plain: &mut String) -> Option<usize> {
    let end = rest
        .bytes()
        .take(ENTITY_BYTES_MAX)
        .position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let char = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|char| !char.is_control())?
        }
    };
    plain.push(char);
    Some(end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_note_in_html_becomes_lines() {
        let note = "<div><b>Long</b> day&nbsp;&amp; night</div><ul><li>tea</li><li>5 &lt; 6 &#39;</li></ul>a<br/>b &co; x < y";

        assert_eq!(
            plain(note),
            "Long day & night\n• tea\n• 5 < 6 '\na\nb &co; x < y"
        );
    }

    #[test]
    fn angles_and_ampersands_of_a_plain_note_stay() {
        for note in ["1 < 2 > 0", "I <3 you &amp; me", " spaces \n stay "] {
            assert_eq!(plain(note), note);
        }
    }

    proptest! {
        #[test]
        fn no_note_makes_it_panic(note in "(<br>|<|>|&|;|#|x|é|/|b| ){0,24}") {
            plain(&note);
        }
    }
}
