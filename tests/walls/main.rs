//! The walls of the house: what a crate must not depend on, and what a file must not know.

mod modules;

use std::collections::BTreeSet;
use std::process::Command;

use modules::Modules;

const CONVERTERS: &[&str] =
    &["html5ever", "mail-parser", "pulldown-cmark", "quick-xml", "scraper", "tar", "unpdf", "zip"];
const HTTP: &[&str] = &["axum", "http", "hyper", "reqwest", "tokio", "ureq"];
const TERMINAL: &[&str] = &["anstyle", "clap", "console", "crossterm", "dialoguer", "indicatif", "rustyline"];

/// The crates that a crate is built from, tests aside.
fn tree(package: &str, features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--prefix",
            "none",
            "--edges",
            "normal,build",
            "--target",
            "all",
        ])
        .args(["--format", "{p}", "--package", package, features])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let crates: BTreeSet<_> =
        text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(crates.contains(package) && crates.contains("serde"), "{text}");
    crates
}

fn holds_none_of(package: &str, features: &str, unwanted: &[&[&str]]) {
    let crates = tree(package, features);
    let found: Vec<_> = unwanted.concat().into_iter().filter(|name| crates.contains(*name)).collect();
    assert_eq!(found, [""; 0], "{package} {features}");
}

#[test]
fn twin_sync_has_no_converter_and_no_terminal() {
    holds_none_of("twin-sync", "--all-features", &[CONVERTERS, TERMINAL, &["twin-reference", "twin-eval"]]);
}

#[test]
fn twin_export_has_no_network_and_no_terminal() {
    holds_none_of("twin-export", "--all-features", &[HTTP, TERMINAL, &["twin-sdk", "twin-sync"]]);
}

#[test]
fn twin_export_without_features_has_no_converter() {
    holds_none_of("twin-export", "--no-default-features", &[CONVERTERS, HTTP, TERMINAL]);
}

#[test]
fn the_client_and_the_reference_share_no_code() {
    holds_none_of("twin-sdk", "--all-features", &[TERMINAL, &["twin-reference", "twin-export", "twin-sync"]]);
    holds_none_of("twin-reference", "--all-features", &[TERMINAL, &["twin-sdk", "twin-export", "twin-sync"]]);
}

#[test]
fn the_engines_that_decide_have_no_circle_between_their_files() {
    for package in ["twin-sync", "twin-eval"] {
        let circles = Modules::of(package).circles();
        assert!(circles.is_empty(), "{package}: {circles:#?}");
    }
}

#[test]
fn the_rooms_that_met_in_circles_point_one_way() {
    let one_way = [
        ("twin-export", "drive", "detect"),
        ("twin-export", "folder", "detect"),
        ("twin-export", "jsonl", "detect"),
        ("twin-export", "confluence", "detect"),
        ("twin-export", "mail", "detect"),
        ("twin-export", "notion", "detect"),
        ("twin-export", "slack", "detect"),
        ("twin-export", "convert", "detect"),
        ("twin-export", "tree", "run"),
        ("twin-export", "tree::salvage", "tree::zip"),
        ("twin-sync", "make", "apply"),
        ("twin-sync", "worker", "apply"),
        ("twin-sync", "entry", "state"),
        ("twin-sync", "entry", "plan"),
        ("twin-sync", "state", "plan"),
        ("twin-sync", "planner", "plan"),
        ("twin-cli", "command", "args"),
        ("twin-cli", "ui", "command"),
        ("twin-cli", "flags", "args"),
    ];
    for (package, from, to) in one_way {
        let modules = Modules::of(package);
        assert!(modules.has(from) && modules.has(to), "{package}: {from} or {to} is elsewhere now");
        let uses = modules.uses(from, to);
        assert!(uses.is_empty(), "{package}: {uses:?} know {to}");
    }
}

#[test]
fn one_file_of_the_command_knows_the_protocol_of_the_prompt() {
    // `ui::prompt` alone asks; `main.rs` and `ui` alone print, which clippy sees to.
    let modules = Modules::of("twin-cli");
    let asking: Vec<_> = modules.mentioning("dialoguer::").collect();
    assert!(asking.iter().all(|name| name.starts_with("ui::")), "{asking:?}");
}
