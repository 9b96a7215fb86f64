//! `twin completions`, `man` and `help`: what shells and pagers get.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::support::Home;

/// A home whose folder was brought to a twin: its state knows the documents.
fn with_documents() -> Home {
    let home = Home::new();
    home.write("wiki/Expense policy.md", "# Expense policy\n\nUnder $50 no approval is needed.");
    home.write("wiki/Leave.md", "# Leave\n\nThirty days.");
    home.twin(["kb", "import", "wiki", "--local", "--local-data", "data.db"]).run().exits(0);
    home.twin(["config", "set", "base_url", "https://staging.example", "--profile", "staging"])
        .run()
        .exits(0);
    for shell in ["bash", "zsh", "fish", "nushell"] {
        home.write(&format!("twin.{shell}"), home.twin(["completions", shell]).run().exits(0).stdout);
    }
    home
}

/// The search path of a shell, `twin` among it.
fn search_path() -> OsString {
    let folder = Path::new(env!("CARGO_BIN_EXE_twin")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&others))).unwrap()
}

/// What a shell without a terminal prints; nothing where it is not there.
fn printed(home: &Home, shell: &[&str]) -> Option<Vec<String>> {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).env_clear().env("PATH", search_path());
    let output = command.env("HOME", home.path()).current_dir(home.path()).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// What bash offers in the place of the last word, or of its last piece.
fn offered(home: &Home, line: &str) -> Vec<String> {
    let ask = format!(
        r#"source twin.bash; COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; _twin; printf '%s\n' "${{COMPREPLY[@]}}""#
    );
    printed(home, &["bash", "--norc", "-c", &ask]).unwrap()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let home = with_documents();
    assert_eq!(offered(&home, "twin esc"), ["escalations"]);
    assert_eq!(offered(&home, "twin kb e"), ["export"]);
    assert_eq!(offered(&home, "twin kb add --type p"), ["policy"]);
    assert_eq!(offered(&home, "twin escalations list --status "), ["open", "resolved", "all"]);
    assert!(offered(&home, "twin kb get --").contains(&"--json".to_owned()));
    assert_eq!(offered(&home, "twin help exp"), ["exports"]);
}

#[test]
fn bash_offers_files_where_a_file_is_meant_and_nowhere_else() {
    let home = with_documents();
    home.write("doc.md", "x");
    for (line, files) in [
        ("twin kb get doc.", &[][..]),
        ("twin kb delete doc_1 doc.", &[]),
        ("twin ask doc", &[]),
        ("twin kb add doc", &["doc.md"]),
        ("twin kb import wi", &["wiki/"]),
        ("twin kb add 'doc", &["doc.md"]),
        ("twin ask --from data", &["data.db"]),
    ] {
        assert_eq!(offered(&home, line), files, "{line}");
    }
}

#[test]
fn profiles_settings_and_documents_of_the_state_at_hand_are_offered() {
    let home = with_documents();
    assert_eq!(offered(&home, "twin kb get Exp"), [r"Expense\ policy"]);
    assert_eq!(offered(&home, r"twin kb get Expense\ po"), [r"Expense\ policy"]);
    assert_eq!(offered(&home, "twin kb delete 'Expense po"), ["Expense policy"]);
    // Bash replaces what follows the colon.
    assert_eq!(offered(&home, "twin kb get folder:wiki/L"), ["wiki/Leave.md"]);
    assert_eq!(offered(&home, "twin kb state forget folder:wiki/L"), ["wiki/Leave.md"]);
    assert_eq!(offered(&home, "twin kb get doc_").len(), 2);
    assert_eq!(offered(&home, "twin --profile s"), ["staging"]);
    assert_eq!(offered(&home, "twin config get profiles.staging.base"), ["profiles.staging.base_url"]);
}

#[test]
fn no_state_no_settings_and_a_damaged_state_offer_nothing_and_say_nothing() {
    let home = with_documents();
    for state in [Some("{"), None] {
        let path = home.path().join("twin-kb.lock.json");
        state.map_or_else(|| std::fs::remove_file(&path), |text| std::fs::write(&path, text)).unwrap();
        assert_eq!(offered(&home, "twin kb get Exp"), [""; 0]);
    }
}

#[test]
fn fish_and_nushell_complete_where_they_are_there() {
    let home = with_documents();
    let fish = |line: &str| {
        printed(&home, &["fish", "-N", "-c", &format!("source twin.fish; complete -C {line:?}")])
    };
    if let Some(offered) = fish("twin kb get Exp") {
        assert_eq!(offered, ["Expense policy\tfolder:wiki/Expense policy.md"]);
        assert_eq!(fish(r"twin kb get Expense\ po").unwrap().len(), 1);
        assert!(fish("twin kb im").unwrap()[0].starts_with("import\t"));
    }
    let nu = |words: &str| {
        let ask = format!(
            "source twin.nushell; do $env.config.completions.external.completer [{words}] | get value | to text"
        );
        printed(&home, &["nu", "-n", "-c", &ask])
    };
    if let Some(offered) = nu("twin kb get Exp") {
        assert_eq!(offered, ["\"Expense policy\""]);
        assert_eq!(nu("twin kb im").unwrap(), ["import"]);
    }
}

/// Types keys in a shell that someone sits at, until the line shows this; does nothing where it is not there.
#[cfg(unix)]
fn typed(home: &Home, shell: &str, set_up: &str, keys: &str, shows: &str) {
    let twin = home.twin([""]).env("PATH", search_path());
    let Some(shell) =
        twin.under(&["sh", "-c", &format!("command -v {0} >/dev/null && exec {0} {1}", shell, "-i")])
    else {
        return;
    };
    let terminal = crate::terminal::Terminal::start(shell, 100);
    terminal.types(&format!("{set_up}; PS1='%% '; clear; echo rea''dy\n"));
    terminal.shows("ready").types(keys);
    terminal.shows(shows);
    terminal.types("\x15exit\n");
    terminal.ends(0);
}

#[cfg(unix)]
#[test]
fn in_a_terminal_a_tab_completes_titles_and_keys() {
    let home = with_documents();
    let bash = ("bash --norc --noprofile", "source twin.bash");
    let zsh = ("zsh -f", "autoload -U compinit; compinit -u -D; source twin.zsh");
    std::fs::create_dir(home.path().join("functions")).unwrap();
    std::fs::copy(home.path().join("twin.zsh"), home.path().join("functions/_twin")).unwrap();
    let zsh_by_itself = ("zsh -f", "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D");
    for (shell, set_up) in [bash, zsh, zsh_by_itself] {
        typed(&home, shell, set_up, "twin kb get Exp\t", r"% twin kb get Expense\ policy");
        typed(&home, shell, set_up, "twin kb get folder:wiki/L\t", "% twin kb get folder:wiki/Leave.md");
        typed(&home, shell, set_up, "twin kb imp\t", "% twin kb import");
    }
}

#[test]
fn every_shell_has_its_script_and_another_name_is_refused() {
    let home = Home::new();
    for (shell, piece) in [
        ("bash", "-F _twin twin"),
        ("zsh", "#compdef twin"),
        ("fish", "--command twin"),
        ("elvish", "arg-completer[twin]"),
        ("powershell", "-CommandName twin"),
        ("nushell", "completions.external.completer"),
    ] {
        let script = home.twin(["completions", shell]).run().exits(0).stdout;
        assert!(script.contains(piece), "{shell}");
    }
    let ran = home.twin(["completions", "bsh"]).run().exits(2);
    assert!(ran.stderr.contains("bash"), "{ran:#?}");
}

#[test]
fn every_command_has_a_manual_page_with_its_examples_line_by_line() {
    let home = Home::new();
    let written = home.twin(["man", "pages"]).run().exits(0).stdout;
    for name in ["twin", "twin-ask", "twin-kb-export", "twin-escalations-triage", "twin-webhook-listen"] {
        assert!(written.contains(&format!("pages/{name}.1\n")), "{written}");
    }
    let page = std::fs::read_to_string(home.path().join("pages/twin-kb-add.1")).unwrap();
    assert!(page.contains(".SH EXAMPLES\n.nf\ntwin kb add expenses.docx"), "{page}");
    assert!(page.contains(".fi\n.SH \"EXIT STATUS\"\n0 added"), "{page}");
    let root = std::fs::read_to_string(home.path().join("pages/twin.1")).unwrap();
    assert!(root.contains("TWIN_API_KEY") && root.contains("\\fB130\\fR"), "{root}");
    home.write("file", "");
    home.twin(["man", "file"]).run().exits(2);
}

#[test]
fn help_is_for_commands_and_topics() {
    let home = Home::new();
    for words in ["kb", "kb add", "escalations triage"] {
        let line: Vec<&str> = words.split(' ').collect();
        let by_flag = home.twin(line.iter().chain(&["--help"])).run().exits(0).stdout;
        assert_eq!(home.twin(["help"].iter().chain(&line)).run().exits(0).stdout, by_flag);
    }
    assert!(home.twin(["help"]).run().exits(0).stdout.contains("Commands:"));
    let ran = home.twin(["help", "enviroment"]).run().exits(2);
    assert!(ran.stderr.contains("'environment'"), "{ran:#?}");
    let ran = home.twin(["help", "kb", "ad"]).run().exits(2);
    assert!(ran.stderr.contains("'twin kb add'"), "{ran:#?}");
    let flags = home.twin(["help", "flags"]).run().exits(0).stdout;
    assert!(flags.contains("--local-data") && flags.contains("-q, --quiet"), "{flags}");
    let exports = home.twin(["help", "exports"]).run().exits(0).stdout;
    assert!(["Notion", "Google Drive", "Slack"].iter().all(|name| exports.contains(name)), "{exports}");
    let brief = home.twin(["kb", "get", "-h"]).run().exits(0).stdout;
    assert!(brief.contains("twin help flags") && !brief.contains("--local-data"), "{brief}");
    assert!(home.twin(["kb", "get", "--help"]).run().exits(0).stdout.contains("--local-data"));
    let codes = home.twin(["help", "exit-codes", "--json"]).run().exits(0).json();
    assert_eq!(codes["12"], "the webhook's signature does not match");
}
