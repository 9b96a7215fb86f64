//! The commands of a conversation.

use crate::error::CliError;

/// The commands and what they do.
pub(super) const COMMANDS: [(&str, &str); 6] = [
    ("/sources", "Show the sources of the last answer"),
    ("/new", "Start a new conversation"),
    ("/escalations", "List open escalations"),
    ("/edit", "Write the question in your editor"),
    ("/help", "List these commands"),
    ("/quit", "Exit (also Ctrl-D)"),
];

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Nothing,
    Ask(String),
    Sources,
    New,
    Escalations,
    Edit,
    Help,
    Quit,
}

/// Reads a line: one word behind a slash is a command, anything else a question.
pub(super) fn command(line: &str) -> Result<Command, CliError> {
    let line = line.trim();
    let is_command = |rest: &str| !rest.contains(['/', '\n', ' ']) && rest.chars().all(char::is_alphabetic);
    let Some(name) = line.strip_prefix('/').filter(|rest| is_command(rest)) else {
        return Ok(if line.is_empty() { Command::Nothing } else { Command::Ask(line.to_owned()) });
    };
    match name {
        "sources" => Ok(Command::Sources),
        "new" => Ok(Command::New),
        "escalations" => Ok(Command::Escalations),
        "edit" => Ok(Command::Edit),
        "help" | "" => Ok(Command::Help),
        "quit" | "exit" | "q" => Ok(Command::Quit),
        _ => {
            let error = CliError::invalid(format!("unknown command /{name}"));
            let similar = COMMANDS.iter().find(|(known, _)| known[1..].chars().next() == name.chars().next());
            Err(match similar {
                Some((known, _)) => error.hint(format!("did you mean {known}? /help lists the commands")),
                None => error.hint("/help lists the commands"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_question_unless_it_is_one_word_behind_a_slash() {
        for (line, expected) in [
            ("", Command::Nothing),
            (" Who? ", Command::Ask("Who?".into())),
            ("/etc/hosts?", Command::Ask("/etc/hosts?".into())),
            ("/new policy on leave?", Command::Ask("/new policy on leave?".into())),
            ("/new", Command::New),
            ("/sources ", Command::Sources),
            ("/", Command::Help),
        ] {
            assert_eq!(command(line).unwrap(), expected, "{line}");
        }
        assert!(command("/sorces").unwrap_err().hint_text().unwrap().contains("/sources"));
        assert!(command("/é").is_err());
    }
}
