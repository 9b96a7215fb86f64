//! `twin demo`.

use crate::support::Home;
use crate::terminal::Terminal;

#[test]
fn it_answers_escalates_learns_from_a_person_and_keeps_nothing() {
    let home = Home::new();
    let terminal = Terminal::start(home.twin(["demo"]), 80);
    terminal.shows("Expensify").shows("Press Enter to continue:").types("\n");
    terminal.shows("Escalated:").shows("Your answer").types("The scheme pays for helmets, too.\n");
    let seen = terminal.ends(0);
    assert!(seen.screen.contains("The scheme pays for helmets, too."), "{}", seen.screen);
    assert!(seen.screen.contains("twin ask --from export.zip"), "{}", seen.screen);
    assert!(seen.is_restored);
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_a_terminal_it_goes_through_by_itself() {
    let home = Home::new();
    let ran = home.twin(["demo"]).run().exits(0);
    let places = [
        "Expensify",
        "escalates the question",
        "The bike-to-work scheme pays half of a bicycle, up to $800.",
    ];
    let mut from = 0;
    for place in places {
        from += ran.stdout[from..].find(place).unwrap_or_else(|| panic!("{place}: {ran:#?}"));
    }
    assert_eq!(home.twin(["demo", "--json"]).run().exits(2).stdout, "");
}

#[test]
fn it_can_be_left_at_any_point() {
    let home = Home::new();
    let terminal = Terminal::start(home.twin(["demo"]), 60);
    terminal.shows("Press Enter to continue:").types("\u{3}");
    assert!(terminal.ends(130).is_restored);
}
