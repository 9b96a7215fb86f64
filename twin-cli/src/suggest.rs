//! What someone who mistyped a command, a flag or a value may have meant.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue};

/// Adds what was meant to an error about a command line.
pub(crate) fn improve(mut error: clap::Error, command: &Command, line: &[OsString]) -> clap::Error {
    let (parent, path) = innermost(command, line);
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        let mut meant = commands_like(word, parent, &path, command);
        if meant.is_empty() {
            meant = of_clap(&error, word, &path);
        }
        let to_print = match word.as_str() {
            "version" => Some("to print the version, run 'twin --version'"),
            _ => None,
        };
        if let Some(tip) = to_print {
            error.remove(ContextKind::SuggestedSubcommand);
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.to_owned().into()]));
        } else if meant.is_empty() {
            error.remove(ContextKind::SuggestedSubcommand);
        } else {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(meant));
        }
    } else if error.get(ContextKind::SuggestedArg).is_none()
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg)
        && let Some(word) = word.strip_prefix("--")
        && error.get(ContextKind::InvalidValue).is_none()
    {
        let flags = parent.get_arguments().chain(command.get_arguments().filter(|arg| arg.is_global_set()));
        if let Some(flag) = nearest(word, flags.filter_map(clap::Arg::get_long)) {
            error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{flag}")));
        }
    } else if error.get(ContextKind::SuggestedValue).is_none()
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidValue)
        && let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue)
        && let Some(value) = nearest(word, values.iter().map(String::as_str))
    {
        let value = ContextValue::String(value.to_owned());
        error.insert(ContextKind::SuggestedValue, value);
    }
    error
}

/// The command that a line leads to as far as it can be followed, and how it is called in full.
pub(crate) fn innermost<'a>(root: &'a Command, line: &[OsString]) -> (&'a Command, String) {
    let (mut command, mut path) = (root, root.get_name().to_owned());
    let mut words = line.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            let takes_value = |arg: &clap::Arg| {
                let long = arg.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long));
                long && arg.get_action().takes_values()
            };
            if root.get_arguments().chain(command.get_arguments()).any(takes_value) {
                words.next();
            }
            continue;
        }
        let Some(sub) = command.find_subcommand(word.as_ref()) else { break };
        command = sub;
        path = format!("{path} {}", sub.get_name());
    }
    (command, path)
}

/// Whole commands: those below `parent` whose name is like the word, else those of this very name elsewhere.
fn commands_like(word: &str, parent: &Command, path: &str, root: &Command) -> Vec<String> {
    let names: Vec<&str> = parent.get_subcommands().map(Command::get_name).collect();
    if let Some(name) = nearest(word, names.into_iter()) {
        return vec![format!("{path} {name}")];
    }
    let mut found = Vec::new();
    named(word, root, root.get_name(), &mut found);
    found
}

/// What clap takes for similar, as whole commands. What begins with another letter is seldom meant.
fn of_clap(error: &clap::Error, word: &str, path: &str) -> Vec<String> {
    let names = match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::String(name)) => std::slice::from_ref(name),
        Some(ContextValue::Strings(names)) => names.as_slice(),
        _ => &[],
    };
    let is_meant = |name: &&String| name.chars().next() == word.chars().next();
    names.iter().filter(is_meant).map(|name| format!("{path} {name}")).collect()
}

fn named(word: &str, command: &Command, path: &str, found: &mut Vec<String>) {
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        named(word, sub, &path, found);
        if sub.get_name() == word {
            found.push(path);
        }
    }
}

/// The candidate with the fewest mistakes, if they are few.
fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = |candidate: &str| if candidate.chars().count() <= 4 { 1 } else { 2 };
    candidates
        .map(|candidate| (mistakes(word, candidate), candidate))
        .filter(|(mistakes, candidate)| *mistakes <= allowed(candidate))
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, candidate)| candidate)
}

/// The letters to insert, leave out, replace or swap with their neighbour: the optimal string alignment distance.
fn mistakes(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // The distances of the beginnings of `one`, one letter shorter each, to all beginnings of `other`.
    let (mut before_last, mut last) = (Vec::new(), (0..=other.len()).collect::<Vec<usize>>());
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, target) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(letter != target);
            let mut fewest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == other[j - 1] && one[i - 1] == *target {
                let swapped: usize = before_last[j - 1];
                fewest = fewest.min(swapped + 1);
            }
            row.push(fewest);
        }
        (before_last, last) = (last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_that_were_swapped_are_one_mistake() {
        for (one, other, expected) in [
            ("aks", "ask", 1),
            ("ask", "ask", 0),
            ("", "ask", 3),
            ("asc", "ask", 1),
            ("lsit", "list", 1),
            ("polcy", "policy", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ] {
            assert_eq!(mistakes(one, other), expected, "{one} {other}");
            assert_eq!(mistakes(other, one), expected, "{other} {one}");
        }
    }
}
