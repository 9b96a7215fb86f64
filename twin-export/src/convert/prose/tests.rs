//! Text as it is put together.

use super::*;

fn written(write: impl FnOnce(&mut Prose)) -> String {
    let mut prose = Prose::default();
    write(&mut prose);
    prose.finish().1
}

#[test]
fn lists_nest_and_items_without_text_leave_no_trace() {
    let text = written(|prose| {
        prose.text("Before");
        prose.begin_list(None);
        for word in ["one", "", "two"] {
            prose.begin_item();
            prose.text(word);
            if word == "one" {
                prose.begin_list(Some(3));
                prose.begin_item();
                prose.check_box(true);
                prose.text("inner");
                prose.end_item();
                prose.end_list();
            }
            prose.end_item();
        }
        prose.end_list();
        prose.text("After");
    });
    assert_eq!(text, "Before\n\n- one\n  3. [x] inner\n- two\n\nAfter");
}

#[test]
fn lists_side_by_side_read_as_one() {
    let text = written(|prose| {
        for word in ["one", "two"] {
            prose.begin_list(None);
            prose.begin_item();
            prose.text(word);
            prose.end_item();
            prose.end_list();
        }
        prose.text("After");
        prose.list_line(0, None, "three");
        prose.list_line(1, Some(4), "four");
    });
    assert_eq!(text, "- one\n- two\n\nAfter\n\n- three\n  4. four");
}

#[test]
fn a_link_shows_its_address_only_where_the_label_says_nothing() {
    let text = written(|prose| {
        prose.link("the policy", "https://example.com/p");
        prose.space();
        prose.link("here", "https://example.com/q");
        prose.space();
        prose.link("", "https://example.com/r");
        prose.link("", "page.md");
        prose.text("and");
        prose.link("", "https://example.com/s");
        prose.text(", ");
        prose.link("", "https://example.com/t");
        prose.space();
        prose.link("here", "mailto:desk@e.org");
        prose.space();
        prose.link("e.org/very/l…", "https://e.org/very/long");
        prose.space();
        prose.link("here", "https://www.google.com/url?q=https://x.example/a%3Fb&sa=D");
    });
    assert_eq!(
        text,
        "the policy here (https://example.com/q) https://example.com/r and https://example.com/s, \
         https://example.com/t here (desk@e.org) https://e.org/very/long here (https://x.example/a?b)"
    );
}
