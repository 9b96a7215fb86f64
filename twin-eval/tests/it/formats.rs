//! Eval files as they are read, and what is said of mistakes in them.

use twin_eval::{Case, Format, Suite};

const YAML: &str = "\
version: 1
defaults: {min-confidence: 0.6}
cases:
  - id: saas-200
    ask: What is the expense policy for a $200 SaaS tool?
    context: Asked by a manager
    expect:
      source: Expense reimbursement policy
      contains: [manager, no]
      not-contains: director
      matches: \\$\\d+
      escalates: false
      min-confidence: 0.7
      max-confidence: 1
  - ask: Can you approve the $15k contract with Acme?
    expect: {source: [A, B], escalates: true, reason: budget authority}
";

const JSON_LINES: &str = r#"{"version": 1, "defaults": {"min-confidence": 0.6}}
{"id": "saas-200", "ask": "What is the expense policy for a $200 SaaS tool?", "context": "Asked by a manager", "expect": {"source": "Expense reimbursement policy", "contains": ["manager", "no"], "not-contains": "director", "matches": "\\$\\d+", "escalates": false, "min-confidence": 0.7, "max-confidence": 1}}

{"ask": "Can you approve the $15k contract with Acme?", "expect": {"source": ["A", "B"], "escalates": true, "reason": "budget authority"}}
"#;

const CSV: &str = "\u{feff}id,ask,context,source,contains,not-contains,matches,escalates,reason,min-confidence,max-confidence
saas-200,What is the expense policy for a $200 SaaS tool?,Asked by a manager,Expense reimbursement policy,manager | no,director,\\$\\d+,FALSE,,0.7,1
,Can you approve the $15k contract with Acme?,,A|B,,,,true,budget authority,,
";

fn read(text: &str, format: Format) -> Vec<Case> {
    Suite::parse(text, format, "a").unwrap().cases().to_vec()
}

/// Without the places, which differ.
fn shown(cases: &[Case]) -> Vec<String> {
    let without_place = |case: &Case| {
        let mut case = case.clone();
        case.place = None;
        format!("{case:?}")
    };
    cases.iter().map(without_place).collect()
}

#[test]
fn the_three_formats_say_the_same() {
    let yaml = read(YAML, Format::Yaml);
    let [first, second] = yaml.as_slice() else { panic!("{yaml:?}") };
    assert_eq!(
        (first.id.as_str(), second.id.as_str()),
        ("saas-200", "can-you-approve-the-15k-contract-with-acme")
    );
    assert_eq!(first.expect.contains, ["manager", "no"]);
    assert_eq!((first.expect.min_confidence, second.expect.min_confidence), (Some(0.7), None));
    assert_eq!(first.place.as_ref().unwrap().to_string(), "a:4");
    assert_eq!(shown(&yaml), shown(&read(JSON_LINES, Format::JsonLines)));
    assert_eq!(shown(&yaml), shown(&read(CSV, Format::Csv)));
}

#[test]
fn defaults_fill_what_a_case_does_not_say_and_ask_no_confidence_of_an_escalation() {
    let text = "defaults: {min-confidence: 0.6, escalates: false, source: Handbook}\ncases:\n- {ask: A?}\n\
                - {ask: B?, expect: {min-confidence: 0.2, source: Other}}\n- {ask: C?, expect: {escalates: true}}\n";
    let cases = read(text, Format::Yaml);
    let of = |case: &Case| {
        let expect = &case.expect;
        (expect.min_confidence, expect.escalates, expect.source.join(","))
    };
    assert_eq!(of(&cases[0]), (Some(0.6), Some(false), "Handbook".into()));
    assert_eq!(of(&cases[1]), (Some(0.2), Some(false), "Other".into()));
    assert_eq!(of(&cases[2]), (None, Some(true), "Handbook".into()));
}

/// Every mistake, with its line and the nearest word, where the file has one.
#[test]
fn mistakes_are_named_with_their_line_and_the_nearest_known_word() {
    let long = format!("cases:\n- ask: {}\n  expect: {{escalates: false}}\n", "a".repeat(2_001));
    for (format, text, expected) in [
        (
            Format::Yaml,
            "cases:\n  - ask: A?\n    exepct: {escalates: true}\n",
            &["a:3: unknown field 'exepct'; did you mean 'expect'?"][..],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n  expect:\n    min_confidence: 0.5\n    sources: B\n",
            &[
                "a:4: unknown field 'min_confidence'; did you mean 'min-confidence'?",
                "a:5: unknown field 'sources'; did you mean 'source'?",
            ],
        ),
        (
            Format::Yaml,
            "cases:\n- question: A?\n  expect: {escalates: true}\n",
            &["a:2: unknown field 'question'; valid fields are id, ask, context and expect"],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n  source: B\n",
            &["a:3: unknown field 'source'; put it below 'expect': expect: {source: …}"],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n  expect: {escalates: flase, min-confidence: 70%, max-confidence: 2}\n",
            &[
                "a:3: expected 'true' or 'false' for escalates, not 'flase'; did you mean 'false'?",
                "a:3: expected a number from 0 to 1 for min-confidence",
                "a:3: expected a number from 0 to 1 for max-confidence",
            ],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n  expect:\n    matches: '(x'\n",
            &["a:4: '(x' is not a regular expression: unclosed group"],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n  expect: {min-confidence: 0.9, max-confidence: 0.1}\n",
            &["a:3: min-confidence 0.9 is above max-confidence 0.1"],
        ),
        (
            Format::Yaml,
            "cases:\n- ask: A?\n",
            &[
                "a:2: the case has no expectations, so it cannot fail; use 'escalates: false' to expect an answer",
            ],
        ),
        (
            Format::Yaml,
            "cases:\n- expect: {escalates: true}\n",
            &["a:2: the case has no question: 'ask' is missing"],
        ),
        (Format::Yaml, "cases:\n- ask: ' '\n  expect: {escalates: true}\n", &["a:2: the text is empty"]),
        (
            Format::Yaml,
            "cases:\n- ask: [A?]\n  expect: {escalates: true}\n",
            &["a:2: expected text, not a list"],
        ),
        (Format::Yaml, &long, &["a:2: the question is too long: 2001 characters, the limit is 2000"]),
        (
            Format::Yaml,
            "cases:\n- {id: x, ask: A?, expect: {escalates: true}}\n- {id: x, ask: B?, expect: {escalates: true}}\n",
            &["a:3: duplicate id 'x', first used in a:2"],
        ),
        (
            Format::Yaml,
            "version: 2\ncases: {}\n",
            &["a:1: this version reads version 1", "a:2: cases is a map, but must be a list"],
        ),
        (Format::Yaml, "casse: []\n", &["a:1: unknown field 'casse'; did you mean 'cases'?"]),
        (Format::Yaml, "cases: []\n", &["a:1: there are no cases"]),
        (Format::Yaml, "", &["a:1: the file is empty"]),
        (
            Format::Yaml,
            "- ask: A?\n",
            &["a:1: the file is a list, but must be a map with version, defaults and cases"],
        ),
        (
            Format::JsonLines,
            "{\"ask\": \"A?\", \"expect\": {\"escalates\": true}}\n{\"ask\": \n",
            &["a:2: not JSON: EOF while parsing a value at column 8"],
        ),
        (
            Format::JsonLines,
            "{\"ask\": \"A?\", \"expcet\": {}}\n",
            &["a:1: unknown field 'expcet'; did you mean 'expect'?"],
        ),
        (
            Format::Csv,
            "ask,excalates\nA?,true\n",
            &["a:1: unknown column 'excalates'; did you mean 'escalates'?"],
        ),
        (
            Format::Csv,
            "ask,escalates\n\"Two\nlines?\",true\nB?,treu\nC?,true,more\n",
            &[
                "a:4: expected 'true' or 'false' for escalates, not 'treu'; did you mean 'true'?",
                "a:5: the row has 3 cells, but the header has 2",
            ],
        ),
    ] {
        let error = Suite::parse(text, format, "a").unwrap_err();
        let found: Vec<String> = error.mistakes.iter().map(ToString::to_string).collect();
        assert!(
            expected.iter().all(|expected| found.iter().any(|found| found.starts_with(expected))),
            "{text}\n{found:#?}"
        );
    }
}

#[test]
fn a_syntax_error_is_named_with_its_line() {
    let error = Suite::parse("cases:\n  - ask: \"A?\n", Format::Yaml, "a").unwrap_err();
    let line = error.mistakes[0].line.unwrap();
    assert!(line >= 2 && !error.to_string().contains('\n'), "{error}");
}

#[test]
fn files_are_read_together_and_an_id_is_one_across_them() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (yaml, csv) = (write("a.yml", YAML), write("b.csv", "ask,escalates\nC?,true\n"));
    assert_eq!(Suite::open(&[&yaml, &csv]).unwrap().cases().len(), 3);
    let again = write("c.csv", "id,ask,escalates\nsaas-200,D?,true\n");
    let error = Suite::open(&[&yaml, &again]).unwrap_err();
    assert!(error.to_string().contains("c.csv:2: duplicate id 'saas-200', first used in"), "{error}");
    let other = write("d.toml", "");
    assert!(Suite::open(&[other]).unwrap_err().to_string().contains("expected the extension"));
    assert!(Suite::open(&[dir.path().join("none.yaml")]).unwrap_err().to_string().contains("cannot be read"));
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_a_reader(text in ".{0,200}", structured in "[-{}\\[\\]:,\"' a-e\n&*<?|>]{0,120}") {
        for format in [Format::Yaml, Format::JsonLines, Format::Csv] {
            let _ = Suite::parse(&text, format, "a");
            let _ = Suite::parse(&structured, format, "a");
        }
    }
}
