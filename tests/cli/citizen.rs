//! A good citizen of the terminal: any width, with and without colour, and nothing left behind.

use std::time::Duration;

use twin_reference::{Fault, Reference, Seed};

use crate::support::{Bench, KNOWN, UNKNOWN, documents};
use crate::terminal::{Seen, Terminal};

/// A twin with titles and texts in several scripts, some of them long.
async fn bench() -> Bench {
    let long = "A title that goes on and on, about expenses, travel, leave and everything else there is";
    let seeds = [
        Seed::new(long, "Word after word. ".repeat(40)).of_type("policy"),
        Seed::new(
            "経費規程と出張旅費の精算について（二〇二六年度改訂版、全社員対象）",
            "五千円まで承認不要です。",
        ),
        Seed::new("Tabs\tand a-very-long-word-that-cannot-be-broken-".repeat(3), "x".repeat(300)),
    ];
    let bench =
        Bench::of(Reference::new().no_rate_limit().documents(documents().into_iter().chain(seeds))).await;
    bench
        .twin(["ask", UNKNOWN, "--as", "A person with quite a long name, of the purchasing department"])
        .run();
    bench
}

fn in_terminal(bench: &Bench, line: &[&str], columns: u16) -> Seen {
    Terminal::start(bench.twin(line), columns).finish()
}

/// The lines as they were written, before any terminal wrapped them.
fn lines(seen: &Seen) -> Vec<String> {
    let text = seen.raw.replace("\r\n", "\n");
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, sequence)) = rest.split_once('\u{1b}') {
        plain += before;
        rest = sequence.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default();
    }
    (plain + rest).lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_runs_over_the_edge_from_40_to_200_columns() {
    use unicode_width::UnicodeWidthStr;
    let bench = bench().await;
    let rows = bench.twin(["kb", "list"]).run().exits(0).stdout;
    let ids: Vec<&str> = rows.lines().map(|row| row.split('\t').next().unwrap()).collect();
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["ask", KNOWN],
        vec!["ask", UNKNOWN],
        vec!["kb", "list"],
        vec!["kb", "list", "--limit", "2"],
        vec!["kb", "get", "doc_none"],
        vec!["escalations", "list"],
        vec!["stats"],
        vec!["help", "environment"],
        vec!["help", "exit-codes"],
    ];
    commands.extend(ids.iter().map(|id| vec!["kb", "get", id]));
    for columns in [40, 80, 200] {
        for command in &commands {
            let seen = in_terminal(&bench, command, columns);
            for line in lines(&seen) {
                assert!(line.width() <= columns.into(), "{command:?} in {columns} columns: {line}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_escalations_shows_reasons_and_as_much_of_the_questions_as_fits() {
    let bench = bench().await;
    let question = "Can you approve the $15k contract with Acme before Friday, or shall I ask Jordan again?";
    bench.twin(["ask", question, "--as", "Sam K."]).run().exits(0);
    let reason = "Requires personal approval";
    for (columns, expected) in [
        (40, &["Can you approve"][..]),
        (80, &["Can you approve the $15k cont", reason]),
        (120, &["Can you approve the $15k contract", reason, "Sam K."]),
        (200, &[question, reason, "Sam K."]),
    ] {
        let seen = in_terminal(&bench, &["escalations", "list"], columns);
        let listed = lines(&seen).into_iter().find(|line| line.contains("Can you")).unwrap();
        assert!(expected.iter().all(|piece| listed.contains(piece)), "{columns}: {listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_on_a_terminal_spells_out_what_would_steer_it_and_means_the_same() {
    let hostile = "safe\u{1b}]0;owned\u{7} \u{202e}txt.exe\u{9b}31m\u{7f}\u{e0041}";
    let bench = Bench::of(Reference::new().document(Seed::new(hostile, "Text."))).await;
    let seen = Terminal::start(bench.twin(["kb", "list", "--json"]), 80).ends(0);
    let steers = |c: char| (c.is_control() && c != '\n' && c != '\r') || "\u{202e}\u{e0041}".contains(c);
    assert!(!seen.raw.contains(steers), "{seen:?}");
    assert!(seen.raw.contains(r"\u202etxt.exe\u009b31m\u007f\udb40\udc41"), "{seen:?}");
    let shown: serde_json::Value = serde_json::from_str(&seen.raw).unwrap();
    let piped = bench.twin(["kb", "list", "--json"]).run().exits(0).json();
    assert_eq!(shown, piped);
    assert!(piped.to_string().contains("\u{202e}txt.exe"), "{piped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_is_for_terminals_that_show_it_and_people_who_want_it() {
    let bench = bench().await;
    let colours = |env: &[(&str, &str)], flags: &[&str]| {
        let twin = bench.twin(["ask", UNKNOWN].iter().chain(flags));
        let twin = env.iter().fold(twin, |twin, (name, value)| twin.env(name, value));
        Terminal::start(twin, 80).ends(0).raw.contains('\u{1b}')
    };
    assert!(colours(&[], &[]));
    assert!(!colours(&[("NO_COLOR", "1")], &[]));
    assert!(colours(&[("NO_COLOR", "")], &[]));
    assert!(!colours(&[("TERM", "dumb")], &[]));
    assert!(!colours(&[("CLICOLOR", "0")], &[]));
    assert!(colours(&[("CLICOLOR", "1")], &[]));
    assert!(!colours(&[], &["--color", "never"]));
    assert!(colours(&[("NO_COLOR", "1")], &["--color", "always"]));
}

/// A twin that takes its time for two of its three documents.
async fn slow_bench() -> Bench {
    let bench =
        Bench::of(Reference::new().documents((0..3).map(|n| Seed::new(format!("Page {n}"), "Text.")))).await;
    bench.running.fault(Fault::slow(Duration::from_millis(400)).times(2).on("GET", "/v1/kb/"));
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bar_shows_how_far_it_is_and_leaves_nothing_behind() {
    let bench = slow_bench().await;
    let terminal = Terminal::start(bench.twin(["kb", "export", "backup"]), 60);
    terminal.shows("Exporting 1/3  Page");
    let seen = terminal.ends(0);
    assert_eq!(seen.screen, "Wrote 3 documents to backup.");
    assert!(seen.is_restored, "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bar_is_drawn_where_it_would_be_in_the_way() {
    let ways = [(["--quiet"].as_slice(), ("A", "")), (&["--no-progress"], ("A", "")), (&["-v"], ("A", ""))];
    let mut terminals = Vec::new();
    for (flags, (name, value)) in
        ways.into_iter().chain([([].as_slice(), ("TERM", "dumb")), (&[], ("CI", "true"))])
    {
        let bench = slow_bench().await;
        let twin = bench.twin(["kb", "export", "backup"].iter().chain(flags)).env(name, value);
        terminals.push((Terminal::start(twin, 100), flags, name, bench));
    }
    for (terminal, flags, name, _bench) in terminals {
        let seen = terminal.ends(0);
        let is_clean = !seen.raw.contains("Exporting") && !seen.raw.contains("\u{1b}[2K");
        assert!(is_clean, "{flags:?} {name}: {seen:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_a_bulk_command_tells_what_remains() {
    let bench = slow_bench().await;
    let terminal = Terminal::start(bench.twin(["kb", "export", "backup"]), 80);
    terminal.shows("Exporting 1/3").types("\u{3}");
    let seen = terminal.ends(130);
    assert!(seen.screen.contains("1 document remains") && seen.screen.contains("interrupted"), "{seen:#?}");
    assert!(seen.is_restored, "{seen:#?}");
    bench.twin(["kb", "export", "backup"]).run().exits(0);
}
