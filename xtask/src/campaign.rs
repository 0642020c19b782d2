//! What a campaign is told on the command line: how much to try, and the seed of what is drawn.

use anyhow::{Context as _, Result, bail};

/// The flag that names the seed.
const SEED: &str = "--seed";

/// How much to try, and the seed of everything that is drawn; without one the campaign draws its own and prints it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Campaign {
    /// How much.
    pub(crate) size: u32,
    /// The seed.
    pub(crate) seed: Option<u32>,
}

impl Campaign {
    /// Reads the arguments of `command`, whose flag for the size is `flag`; `size` where it is not given.
    ///
    /// # Errors
    /// When a flag is unknown, or what follows it is no number.
    pub(crate) fn parse(
        command: &str,
        flag: &str,
        size: u32,
        arguments: &[String],
    ) -> Result<Self> {
        let mut campaign = Self { size, seed: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let value = arguments
                    .next()
                    .with_context(|| format!("{argument} needs a number"))?;
                value
                    .parse()
                    .with_context(|| format!("{argument} {value} is no number"))
            };
            match argument.as_str() {
                given if given == flag => campaign.size = number()?,
                SEED => campaign.seed = Some(number()?),
                other => bail!("`{command}` knows {flag} N and {SEED} S, not `{other}`"),
            }
        }
        Ok(campaign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Campaign> {
        let arguments: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        Campaign::parse("chaos", "--kills", 10, &arguments)
    }

    #[test]
    fn a_campaign_has_a_size_and_perhaps_a_seed() {
        assert_eq!(
            parse(&[]).expect("nothing is asked for"),
            Campaign {
                size: 10,
                seed: None
            }
        );
        assert_eq!(
            parse(&["--kills", "300", "--seed", "7"]).expect("both are known"),
            Campaign {
                size: 300,
                seed: Some(7)
            }
        );
        for wrong in [&["--kills"][..], &["--kills", "many"], &["--deaths", "1"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
