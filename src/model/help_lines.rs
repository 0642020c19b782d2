//! Whom to talk to: the lines that the app knows, and what a deployment's configuration makes of them.
//!
//! A line of `help_lines` in `config.json` is a text, as in `Samaritans (GB, IE): 116 123`: a name, in brackets the
//! countries by their codes, and behind the last colon a telephone number or an `https` address. What does not fit is
//! shown as it stands. If there are any, they replace those that the app knows.

/// How a line is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contact {
    /// By telephone, as it is written.
    Phone(String),
    /// At an address, which begins with `https://`.
    Web(String),
    /// As the name says.
    None,
}

impl Contact {
    /// What a link to it leads to.
    pub(crate) fn href(&self) -> Option<String> {
        match self {
            Self::Phone(number) => {
                let digits = number
                    .chars()
                    .filter(|character| !character.is_whitespace());
                Some(format!("tel:{}", digits.collect::<String>()))
            }
            Self::Web(address) => Some(address.clone()),
            Self::None => None,
        }
    }

    /// What is read.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Phone(number) => number.clone(),
            Self::Web(address) => address.trim_start_matches("https://").to_owned(),
            Self::None => String::new(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("https://") && !text.contains(char::is_whitespace) {
            return Some(Self::Web(text.to_owned()));
        }
        let is_number = text.chars().any(|character| character.is_ascii_digit())
            && text.chars().all(|character| {
                character.is_ascii_digit() || matches!(character, ' ' | '+' | '-' | '(' | ')')
            });
        is_number.then(|| Self::Phone(text.to_owned()))
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HelpLine {
    /// What it calls itself.
    pub(crate) name: String,
    /// The codes of the countries in which it answers; none is everywhere.
    pub(crate) countries: Vec<String>,
    /// How it is reached.
    pub(crate) contact: Contact,
}

impl HelpLine {
    /// Reads a line of the configuration.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let plain = || Self {
            name: text.to_owned(),
            countries: Vec::new(),
            contact: Contact::None,
        };
        // The colon of an address is followed by no space.
        let Some((before, after)) = text.rsplit_once(": ") else {
            return Some(plain());
        };
        let Some(contact) = Contact::read(after) else {
            return Some(plain());
        };
        let (name, countries) = split_countries(before.trim());
        Some(Self {
            name: name.to_owned(),
            countries,
            contact,
        })
    }

    fn is_in(&self, country: &str) -> bool {
        self.countries.iter().any(|known| known == country)
    }
}

/// The name, and the codes of countries in the brackets behind it.
fn split_countries(text: &str) -> (&str, Vec<String>) {
    let inside = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    let Some((name, inside)) = inside else {
        return (text, Vec::new());
    };
    let codes: Vec<_> = inside
        .split(',')
        .map(str::trim)
        .map(str::to_owned)
        .collect();
    let are_codes = codes
        .iter()
        .all(|code| code.len() == 2 && code.chars().all(|letter| letter.is_ascii_uppercase()));
    if are_codes {
        (name.trim_end(), codes)
    } else {
        (text, Vec::new())
    }
}

/// Lines that have been what they are for years, in the form of the configuration.
const KNOWN: [&str; 20] = [
    "Find A Helpline: https://findahelpline.com",
    "Befrienders Worldwide: https://befrienders.org",
    "988 Suicide & Crisis Lifeline (US, CA): 988",
    "Samaritans (GB, IE): 116 123",
    "TelefonSeelsorge (DE): 0800 111 0 111",
    "Telefonseelsorge (AT): 142",
    "Die Dargebotene Hand (CH): 143",
    "Numéro national de prévention du suicide (FR): 3114",
    "Télé-Accueil (BE): 107",
    "Línea 024 (ES): 024",
    "Línea de la Vida (MX): 800 911 2000",
    "Centro de Asistencia al Suicida (AR): 135",
    "CVV (BR): 188",
    "SNS 24 (PT): 808 24 24 24",
    "Lifeline (AU): 13 11 14",
    "1737 Need to talk? (NZ): 1737",
    "Tele-MANAS (IN): 14416",
    "Embrace (LB): 1564",
    "المركز الوطني لتعزيز الصحة النفسية (SA): 920033360",
    "الأمانة العامة للصحة النفسية (EG): 16328",
];

/// What is shown: the configuration's lines, or else those that the app knows, first those of where the person is.
pub(crate) fn shown(configured: &[String], country: Option<&str>) -> Vec<HelpLine> {
    let mut lines: Vec<_> = configured
        .iter()
        .filter_map(|text| HelpLine::read(text))
        .collect();
    if lines.is_empty() {
        lines = KNOWN.into_iter().filter_map(HelpLine::read).collect();
    }
    if let Some(country) = country {
        // The order within both halves stays.
        lines.sort_by_key(|line| !line.is_in(country));
    }
    lines
}

/// The country that a language's tag names, as `GB` of `en-GB`.
pub(crate) fn country_of(tag: &str) -> Option<&str> {
    tag.split('-')
        .skip(1)
        .find(|part| part.len() == 2 && part.chars().all(|letter| letter.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_name_countries_and_a_way_to_reach_it() {
        let line = HelpLine::read("Samaritans (GB, IE): 116 123").expect("it is a line");

        assert_eq!(line.name, "Samaritans");
        assert_eq!(line.countries, ["GB", "IE"]);
        assert_eq!(line.contact.href().as_deref(), Some("tel:116123"));
        assert_eq!(line.contact.words(), "116 123");
    }

    #[test]
    fn an_address_is_a_link_and_anything_else_is_shown_as_it_stands() {
        let web = HelpLine::read("Chat: https://help.example/chat").expect("it is a line");
        assert_eq!(
            web.contact.href().as_deref(),
            Some("https://help.example/chat")
        );

        for text in [
            "Ask at reception",
            "Reception: second floor",
            "Chat: javascript:alert(1)",
            "Chat: http://help.example",
        ] {
            let line = HelpLine::read(text).expect("it is a line");
            assert_eq!((line.name.as_str(), line.contact.href()), (text, None));
        }
        assert_eq!(HelpLine::read("  "), None);
    }

    #[test]
    fn what_an_operator_writes_replaces_what_the_app_knows() {
        let own = ["Our line: 555 0100".to_owned()];

        assert_eq!(shown(&own, None).len(), 1);
        assert_eq!(shown(&[], None).len(), KNOWN.len());
        assert_eq!(shown(&[" ".to_owned()], None).len(), KNOWN.len());
    }

    #[test]
    fn lines_of_ones_own_country_come_first() {
        assert_eq!(shown(&[], Some("IE"))[0].name, "Samaritans");
        assert_eq!(shown(&[], Some("XX"))[0].name, "Find A Helpline");
        assert_eq!(country_of("en-GB"), Some("GB"));
        assert_eq!(country_of("zh-Hant-TW"), Some("TW"));
        assert_eq!(country_of("de"), None);
    }

    #[test]
    fn every_known_line_can_be_reached() {
        for text in KNOWN {
            let line = HelpLine::read(text).expect("it is a line");
            assert!(line.contact.href().is_some(), "{text}");
        }
    }
}
