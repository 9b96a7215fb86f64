//! What an answer's Markdown looks like on a terminal.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::ui::term::Screen;

fn shown(markdown: &str, width: usize, color: bool) -> String {
    let mut page = Page::new(Screen { is_terminal: true, color, can_redraw: false, width });
    show(markdown, &mut page);
    page.into_text()
}

#[test]
fn plain_text_stays_as_it_is_but_for_its_width() {
    let text = "Under $50 no pre-approval needed.\nSubmit via Expensify.\n\nAsk * if * unsure.";
    assert_eq!(shown(text, 80, false), format!("{text}\n"));
    assert_eq!(shown("one two three four", 10, false), "one two\nthree four\n");
}

#[test]
fn prose_is_at_most_a_hundred_columns_wide() {
    let widest = shown(&"word ".repeat(100), 200, false).lines().map(|line| line.width()).max();
    assert!(widest.is_some_and(|widest| (90..=100).contains(&widest)), "{widest:?}");
}

#[test]
fn bold_and_code_are_shown_and_their_signs_are_not() {
    assert_eq!(
        shown("Get **manager approval** by `email`.", 80, true),
        "Get \u{1b}[1mmanager approval\u{1b}[0m by \u{1b}[36memail\u{1b}[0m.\n"
    );
    assert_eq!(shown("Get **approval** by `email`.", 80, false), "Get approval by `email`.\n");
}

#[test]
fn lists_hang_under_their_text_and_stand_apart_from_it() {
    assert_eq!(
        shown(
            "Steps:\n\n1. Open the form and fill it in\n2. Send it\n   - with a receipt\n\nDone.",
            24,
            false
        ),
        "Steps:\n\n1. Open the form and\n   fill it in\n2. Send it\n   • with a receipt\n\nDone.\n"
    );
}

#[test]
fn a_table_fits_the_width_whatever_its_cells_hold() {
    let table = "| Amount | Who approves |\n|---|---|\n| under $50 | nobody |\n| $50 to $500 | your manager, by email before the purchase |\n";
    assert_eq!(
        shown(table, 80, false),
        "Amount       Who approves\n\
         ───────────  ──────────────────────────────────────────\n\
         under $50    nobody\n\
         $50 to $500  your manager, by email before the purchase\n"
    );
    let narrow = shown(table, 30, false);
    assert!(narrow.lines().all(|line| line.width() <= 30), "{narrow}");
    assert!(narrow.contains("purchase"), "{narrow}");
    let narrowest = shown(&"| a long header ".repeat(12).replace('\n', ""), 20, false);
    assert!(narrowest.contains("a long header"), "{narrowest}");
}

#[test]
fn code_keeps_its_lines_and_its_spaces() {
    assert_eq!(
        shown("Run:\n\n```sh\ntwin ask \\\n  --from x\n```\nThen wait.", 80, false),
        "Run:\n\n  sh\n  twin ask \\\n    --from x\n\nThen wait.\n"
    );
}

#[test]
fn a_link_shows_where_it_leads_and_an_address_stands_once() {
    assert_eq!(
        shown("See [the form](https://x.example/f).", 80, false),
        "See the form (https://x.example/f).\n"
    );
    assert_eq!(shown("See <https://x.example/f>.", 80, false), "See https://x.example/f.\n");
}

#[test]
fn headings_and_quotes_are_told_apart_without_colour() {
    assert_eq!(
        shown("## Leave\nText\n\n> quoted\n> twice", 80, false),
        "## Leave\n\nText\n\n│ quoted\n│ twice\n"
    );
}

#[test]
fn what_looks_like_the_definition_of_a_link_is_shown() {
    assert_eq!(shown("See [1].\n\n[1]: the form", 80, false), "See [1].\n\n[1]: the form\n");
}

proptest! {
    #[test]
    fn no_markdown_can_steer_the_terminal_or_lose_a_word(
        words in prop::collection::vec("[a-z]{1,8}", 1..30),
        joints in prop::collection::vec(prop::sample::select(vec![
            " ", "\n", "\n\n", "\n- ", "\n  - ", "\n1. ", "\n> ", "\n# ", " **", "** ", " `", "` ", "\n```\n", " | ", "\n|---|\n", "\n    ", "\u{1b}[2J", "\u{202e}",
        ]), 30),
        width in 20usize..120,
    ) {
        let text: String = words.iter().zip(&joints).flat_map(|(word, joint)| [word.as_str(), joint]).collect();
        let shown = shown(&text, width, false);
        let controls: Vec<char> = shown.chars().filter(|c| c.is_control() && *c != '\n').collect();
        prop_assert_eq!(controls, Vec::<char>::new());
        let overrides = shown.contains('\u{202e}');
        prop_assert!(!overrides);
        let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
        prop_assert_eq!(letters(&shown), letters(&text), "{:?} of {:?}", shown, text);
    }
}
