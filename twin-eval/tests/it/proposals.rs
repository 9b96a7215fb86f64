//! Files to begin with.

use proptest::prelude::*;
use twin_eval::{Case, Format, Suite, number_ids, propose, to_yaml};

#[test]
fn titles_and_headings_become_questions_with_their_page_as_the_source() {
    let cases = propose(
        "Leave",
        "# Leave\n\nText\n\n## Carrying days over\n\n### How do I apply?\n#!/bin/sh\n#tag\n",
    );
    let asked: Vec<&str> = cases.iter().map(|case| case.ask.as_str()).collect();
    assert_eq!(
        asked,
        ["What does \"Leave\" say?", "What does \"Leave\" say about Carrying days over?", "How do I apply?"]
    );
    assert!(cases.iter().all(|case| case.expect.source == ["Leave"] && case.expect.escalates == Some(false)));
    assert!(propose(" ", "# Heading").is_empty());
    let plain = "Everybody has 27 days.\n\nAsking for leave\n\nEnter it.\n\n- item\n\nThe end";
    let asked: Vec<String> = propose("Leave", plain).into_iter().map(|case| case.ask).collect();
    assert_eq!(asked, ["What does \"Leave\" say?", "What does \"Leave\" say about Asking for leave?"]);
}

#[test]
fn what_does_not_hold_stands_as_a_comment() {
    let (good, bad) =
        (Case::new("A?").source("A").escalates(false), Case::new("B?").source("B").escalates(false));
    let yaml = to_yaml([(&good, true), (&bad, false)]);
    assert!(
        yaml.contains("  - id: a\n    ask: A?\n    expect:\n      source: A\n      escalates: false\n"),
        "{yaml}"
    );
    assert!(yaml.contains("  # - id: b\n  #   ask: B?\n"), "{yaml}");
    assert_eq!(Suite::parse(&yaml, Format::Yaml, "a").unwrap().cases().len(), 1);
    let uncommented = yaml.replace("  # ", "  ").replace("  These do not", "  # These do not");
    assert_eq!(Suite::parse(&uncommented, Format::Yaml, "a").unwrap().cases().len(), 2, "{uncommented}");
}

proptest! {
    #[test]
    fn every_proposal_reads_back(titles in prop::collection::vec("[ -~é\u{85}\u{2028}\t]{0,30}", 1..6), heading in "# .{0,30}") {
        let mut cases: Vec<Case> = titles.iter().flat_map(|title| propose(title, &heading)).collect();
        number_ids(&mut cases);
        prop_assume!(!cases.is_empty());
        let yaml = to_yaml(cases.iter().map(|case| (case, true)));
        let suite = Suite::parse(&yaml, Format::Yaml, "a").unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        let of = |cases: &[Case]| cases.iter().map(|case| (case.id.clone(), case.ask.trim().to_owned())).collect::<Vec<_>>();
        prop_assert_eq!(of(suite.cases()), of(&cases));
    }
}
