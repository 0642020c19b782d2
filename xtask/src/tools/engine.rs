//! The browser engines that tests run in.

use std::str::FromStr;

use anyhow::{Result, bail, ensure};

/// The flag that picks engines.
const FLAG: &str = "--engines";

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chrome's, Edge's and most others'.
    Chromium,
    /// Firefox's.
    Firefox,
    /// Safari's, and every browser's on an iPhone; here in its GTK port.
    WebKit,
}

impl Engine {
    /// Every engine that Lume promises to work in.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// What it is called on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Takes `--engines a,b` out of a command's arguments; all engines without it.
    ///
    /// # Errors
    /// When the flag has no value or names an engine that is not there.
    pub(crate) fn take_from(arguments: &mut Vec<String>) -> Result<Vec<Self>> {
        let Some(place) = arguments.iter().position(|argument| argument == FLAG) else {
            return Ok(Self::ALL.to_vec());
        };
        ensure!(
            place + 1 < arguments.len(),
            "{FLAG} wants names, as in `{FLAG} chromium,firefox`"
        );
        let names = arguments.drain(place..=place + 1).nth(1);
        let names = names.expect("two arguments were drained");
        let asked = names
            .split(',')
            .map(str::parse)
            .collect::<Result<Vec<Self>>>()?;
        // In a fixed order, and none twice.
        Ok(Self::ALL
            .into_iter()
            .filter(|engine| asked.contains(engine))
            .collect())
    }
}

impl FromStr for Engine {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|engine| engine.name() == name) {
            Some(engine) => Ok(engine),
            None => bail!(
                "there is no engine `{name}`: there are {}",
                Self::ALL.map(Self::name).join(", ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_the_flag_all_engines_are_meant() {
        let mut arguments = words("acceptance/network.spec.ts");

        let engines = Engine::take_from(&mut arguments).expect("nothing is asked");

        assert_eq!(engines, Engine::ALL);
        assert_eq!(arguments, ["acceptance/network.spec.ts"]);
    }

    #[test]
    fn the_flag_is_taken_and_the_rest_is_left() {
        let mut arguments = words("--grep once --engines webkit,chromium,webkit --headed");

        let engines = Engine::take_from(&mut arguments).expect("both are there");

        assert_eq!(engines, [Engine::Chromium, Engine::WebKit]);
        assert_eq!(arguments, ["--grep", "once", "--headed"]);
    }

    #[test]
    fn an_engine_that_is_not_there_and_a_flag_without_names_are_mistakes() {
        let unknown = Engine::take_from(&mut words("--engines trident"));
        assert_eq!(
            unknown.expect_err("it is long gone").to_string(),
            "there is no engine `trident`: there are chromium, firefox, webkit"
        );
        assert!(Engine::take_from(&mut words("--engines")).is_err());
    }
}
