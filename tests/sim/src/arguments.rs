//! The command line.

/// What may be asked for.
pub(crate) const USAGE: &str = "\
usage: lume-sim [--seeds N] [--from S] [--go-on] | --claims | --mutants
  --seeds N   how many seeds (default 3000)
  --from S    the first one (default 0)
  --go-on     run all of them, whatever they break, and count
  --claims    search the claim protocol to the end, in every order
  --mutants   put each known bug into the engine, and see it found";

const SEEDS_DEFAULT: u64 = 3_000;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Seeds of the engine as it is.
    Seeds(Seeds),
    /// The claim protocol.
    Claims,
    /// Every mutant.
    Mutants,
}

/// Which seeds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seeds {
    pub(crate) count: u64,
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
        let mut seeds = Seeds {
            count: SEEDS_DEFAULT,
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
                "--seeds" => seeds.count = number()?,
                "--from" => seeds.from = number()?,
                "--go-on" => seeds.go_on = true,
                "--claims" if arguments.len() == 1 => return Ok(Self::Claims),
                "--mutants" if arguments.len() == 1 => return Ok(Self::Mutants),
                other => return Err(format!("what is {other}?")),
            }
        }
        Ok(Self::Seeds(seeds))
    }
}
