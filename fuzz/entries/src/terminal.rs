//! What may be shown: nothing that comes from outside steers or deceives a terminal.

use twin_cli::ui::page::{Page, Tone};
use twin_cli::ui::sanitize;
use twin_cli::ui::table::{Column, Table};
use twin_cli::ui::term::Screen;

/// Whatever stands in a text, no control, escape, override or other invisible steering is left of it in a line, a
/// block, an entry, a table or JSON for a terminal. The first byte says how wide the terminal is.
pub fn terminal(input: &[u8]) {
    let text = String::from_utf8_lossy(input.get(1..).unwrap_or_default());
    assert_harmless(&sanitize::single_line(&text), false);
    assert_harmless(&sanitize::multi_line(&text), true);
    assert_eq!(sanitize::multi_line(&sanitize::multi_line(&text)), sanitize::multi_line(&text));
    for is_terminal in [true, false] {
        let width = 20 + usize::from(input.first().copied().unwrap_or(60));
        let mut page = Page::new(Screen { is_terminal, color: false, can_redraw: false, width });
        page.block(&text, Tone::Dim);
        page.line(&[(&text, Tone::Bad), (&text, Tone::Plain)]);
        page.question(&text, 3, Tone::Strong);
        page.entry(&text, Tone::Warning, &text);
        page.row(&[&text, &text]);
        let mut table =
            Table::new(&[Column::new("A"), Column::new("B").flexible(), Column::new("C").right()]);
        table.push([text.clone(), text.clone(), text.clone()]);
        page.table(&table);
        assert_harmless(&page.into_text(), true);
    }
    json(&text);
}

/// JSON for a terminal is harmless and says the same.
fn json(text: &str) {
    let value = serde_json::json!({ text: [text, 1.5, null_of(text)] });
    let shown = sanitize::json(format!("{value:#}"));
    assert_harmless(&shown, true);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).ok(), Some(value));
}

fn null_of(_: &str) -> Option<bool> {
    None
}

fn assert_harmless(shown: &str, of_lines: bool) {
    let steers = |&c: &char| match c {
        '\n' | '\t' => !of_lines,
        c if c.is_control() => true,
        // Bidirectional marks, embeddings, overrides and isolates; breaks; marks of byte order; tags.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        '\u{200B}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' => true,
        _ => false,
    };
    assert_eq!(shown.chars().find(steers), None, "{shown:?}");
}
