//! `twin completions`, `man` and `help`: what shells and pagers get.

use std::process::Command;

use crate::support::Home;

/// What bash offers after these words, and whether it would offer files besides.
fn offered(home: &Home, words: &str) -> (Vec<String>, bool) {
    let script = home.path().join("twin.bash");
    if !script.exists() {
        std::fs::write(&script, home.twin(["completions", "bash"]).run().exits(0).stdout).unwrap();
    }
    let ask = format!(
        "source twin.bash; files=yes; compopt() {{ case \" $* \" in *' +o default '*) files=no;; esac; }}
         read -ra COMP_WORDS <<< '{words}'; [[ '{words}' == *' ' ]] && COMP_WORDS+=('')
         COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); current=${{COMP_WORDS[COMP_CWORD]}}
         _twin_without_files twin \"$current\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"
         echo $files; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash").args(["--norc", "-c", &ask]).current_dir(home.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (files, rest) = text.split_once('\n').unwrap_or((&text, ""));
    (rest.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(), files == "yes")
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let home = Home::new();
    assert_eq!(offered(&home, "twin esc").0, ["escalations"]);
    assert_eq!(offered(&home, "twin kb e").0, ["export"]);
    assert_eq!(offered(&home, "twin kb add --type p").0, ["policy"]);
    assert_eq!(offered(&home, "twin escalations list --status ").0, ["open", "resolved", "all"]);
    assert!(offered(&home, "twin kb get --").0.contains(&"--json".to_owned()));
}

#[test]
fn bash_offers_files_where_a_file_is_meant_and_nowhere_else() {
    let home = Home::new();
    home.write("doc.md", "x");
    for (words, files) in [
        ("twin kb get doc", false),
        ("twin kb delete doc_1 doc", false),
        ("twin ask doc", false),
        ("twin kb add doc", true),
    ] {
        assert_eq!(offered(&home, words), (Vec::new(), files), "{words}");
    }
}

#[test]
fn every_shell_has_its_script_and_another_name_is_refused() {
    let home = Home::new();
    for (shell, piece) in [("bash", "complete -F"), ("zsh", "#compdef twin"), ("fish", "complete -c twin")] {
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
