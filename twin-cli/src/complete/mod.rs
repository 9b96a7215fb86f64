//! Completion of command lines. The scripts of `twin completions` run `TWIN_COMPLETE=<shell> twin -- <words>`, and get
//! what may stand there.

mod quoting;
mod shells;
mod values;

use std::ffi::OsString;
use std::io;

use clap::CommandFactory;
use clap_complete::CompleteEnv;
use clap_complete::env::{Elvish, EnvCompleter, Fish, Shells, Zsh};

use crate::args::Cli;
use shells::{Bash, Nushell, Powershell, Unquoting};

pub(crate) use values::{config_keys, documents, keys, profiles, topics};

/// Names the shell that asks.
const VARIABLE: &str = "TWIN_COMPLETE";
const SHELLS: &[&dyn EnvCompleter] =
    &[&Bash, &Elvish, &Unquoting(Fish), &Nushell, &Powershell, &Unquoting(Zsh)];

/// As a file `_twin` of `fpath`, the script is the body of a function that is called for the first line to complete.
const WHERE_ZSH_AUTOLOADS: &[u8] = b"
if [[ $funcstack[1] == _twin ]]; then _clap_dynamic_completer_twin; fi
";

/// Answers a shell that asks what may stand on this command line; false if none does.
///
/// # Errors
///
/// If the shell is unknown or reads no answer.
pub fn answer(line: &[OsString]) -> clap::error::Result<bool> {
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(Cli::command)
        .var(VARIABLE)
        .shells(Shells(SHELLS))
        .try_complete(line.iter().cloned(), here.as_deref())
}

/// The script that has a shell ask; `None` if there is none for it.
pub(crate) fn script(shell: &str) -> io::Result<Option<String>> {
    let Some(shell) = SHELLS.iter().find(|known| known.name() == shell) else { return Ok(None) };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "twin", "twin", "twin", &mut script)?;
    if shell.is("zsh") {
        script.extend_from_slice(WHERE_ZSH_AUTOLOADS);
    }
    String::from_utf8(script).map(Some).map_err(io::Error::other)
}
