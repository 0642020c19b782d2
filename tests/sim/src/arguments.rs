//! The command line.

/// What may be asked for.
pub(crate) const USAGE: &str = "\
usage: lume-sim [--seeds N] [--from S] [--go-on]
  --seeds N   how many seeds (default 200)
  --from S    the first one (default 0)
  --go-on     run all of them, whatever they break, and count";

const SEEDS_DEFAULT: u64 = 200;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) seeds: u64,
    pub(crate) from: u64,
    /// Whether to run all seeds and count, whatever they break.
    pub(crate) go_on: bool,
}

impl Wanted {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong, in words.
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wanted = Self {
            seeds: SEEDS_DEFAULT,
            from: 0,
            go_on: false,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || -> Result<u64, String> {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("{argument} wants a number"))?;
                value.parse().map_err(|_| format!("{value} is no number"))
            };
            match argument.as_str() {
                "--seeds" => wanted.seeds = number()?,
                "--from" => wanted.from = number()?,
                "--go-on" => wanted.go_on = true,
                other => return Err(format!("what is {other}?")),
            }
        }
        Ok(wanted)
    }
}
