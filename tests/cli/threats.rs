//! The threat model names for each threat the test that holds it off: those tests exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tests = BTreeSet::new();
    for folder in ["tests", "twin-sdk", "twin-export", "twin-sync", "twin-eval", "twin-cli", "twin-reference"]
    {
        collect(&root.join(folder), &mut tests);
    }
    for script in
        ["packaging/test", "packaging/test-build", "packaging/test-release", "packaging/action/test"]
    {
        let text = fs::read_to_string(root.join(script)).unwrap();
        tests.extend(
            text.lines().filter_map(|line| {
                Some(line.trim_start().strip_prefix("ok \"")?.strip_suffix('"')?.to_owned())
            }),
        );
    }
    let page = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat"));
    let mut threats = 0;
    for row in rows {
        let named: Vec<&str> = row.rsplit("| ").next().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named for: {row}");
        for name in named {
            assert!(tests.contains(name), "there is no test {name}, named for: {row}");
        }
        threats += 1;
    }
    assert!(threats > 20, "the page has only {threats} threats");
}

/// The names of the functions that come right after a test's attribute.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let after = text.split("#[test]").skip(1).chain(text.split("#[tokio::test").skip(1));
            let names = after.filter_map(|rest| rest.split_once("fn ")?.1.split_once('('));
            tests.extend(names.map(|(name, _)| name.to_owned()));
            // Tests that a macro makes, one for each line of its lists.
            for list in text.split("\nattacks! {").skip(1) {
                let listed = list.split('}').next().unwrap_or_default().lines();
                tests.extend(listed.filter_map(|line| Some(line.trim().split_once(": \"")?.0.to_owned())));
            }
        }
    }
}
