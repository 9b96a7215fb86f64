//! The pictures of the terminal in the README: real runs, drawn as SVG. They are held to what the commands show
//! today; `docs/pictures/make` draws them anew.

use std::fmt::Write;
use std::path::PathBuf;

use twin_reference::{Reference, Seed};
use vt100::{Cell, Color, Screen};

use crate::support::{Bench, Home};
use crate::terminal::Terminal;

const COLUMNS: u16 = 84;
const CELL: (f32, f32) = (8.43, 18.0);
const EDGE: f32 = 16.0;
const BAR: f32 = 30.0;

/// A screen as a window, with the command that was typed above it.
fn svg(command: &str, screen: &Screen) -> String {
    let rows: Vec<u16> = (0..screen.size().0.get()).collect();
    let is_empty = |row: &u16| (0..COLUMNS).all(|column| text(screen.cell(*row, column)).trim().is_empty());
    let last = rows.iter().rposition(|row| !is_empty(row)).unwrap_or_default();
    let width = f32::from(COLUMNS) * CELL.0 + 2.0 * EDGE;
    let height = (last as f32 + 2.0) * CELL.1 + 2.0 * EDGE + BAR;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"14\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16191d\"/>\n"
    );
    for (number, colour) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let x = EDGE + 6.0 + number as f32 * 20.0;
        writeln!(svg, "<circle cx=\"{x}\" cy=\"20\" r=\"6\" fill=\"{colour}\"/>").unwrap();
    }
    line(&mut svg, 0, &[(0, format!("$ {command}"), "fill=\"#e6e6e6\" font-weight=\"bold\"".to_owned())]);
    for row in rows.iter().take(last + 1) {
        line(&mut svg, row + 1, &runs(screen, *row));
    }
    svg + "</svg>\n"
}

fn line(svg: &mut String, row: u16, runs: &[(u16, String, String)]) {
    let y = EDGE + BAR + (f32::from(row) + 0.5) * CELL.1;
    for (column, text, style) in runs {
        let x = EDGE + f32::from(*column) * CELL.0;
        let length = text.chars().count() as f32 * CELL.0;
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.0}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" {style}>{text}</text>"
        )
        .unwrap();
    }
}

/// Pieces of a row that look alike: where they begin, what they say, how they look.
fn runs(screen: &Screen, row: u16) -> Vec<(u16, String, String)> {
    let mut runs: Vec<(u16, String, String)> = Vec::new();
    for column in 0..COLUMNS {
        let (text, style) = (text(screen.cell(row, column)), style(screen.cell(row, column)));
        match runs.last_mut() {
            Some((_, said, same)) if *same == style => said.push_str(text),
            _ => runs.push((column, text.to_owned(), style)),
        }
    }
    for (column, said, _) in &mut runs {
        let spaces = said.len() - said.trim_start().len();
        *column += u16::try_from(spaces).unwrap();
        *said = steady(said.trim());
    }
    runs.retain(|(_, said, _)| !said.is_empty());
    runs
}

fn text(cell: Option<&Cell>) -> &str {
    cell.map(Cell::contents).filter(|text| !text.is_empty()).unwrap_or(" ")
}

fn style(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return String::new() };
    let fill = match (cell.fgcolor(), cell.dim()) {
        (Color::Idx(1), _) => "#ff6b68",
        (Color::Idx(2), _) => "#7bc47f",
        (Color::Idx(3), _) => "#e5c07b",
        (_, true) => "#8b929a",
        _ => "#d5d9de",
    };
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    format!("fill=\"{fill}\"{weight}")
}

/// The same ids in every run.
fn steady(text: &str) -> String {
    let mut steady = text.to_owned();
    for prefix in ["doc_", "esc_"] {
        let starts: Vec<usize> = steady.match_indices(prefix).map(|(at, _)| at + prefix.len()).collect();
        for start in starts {
            if steady.get(start..start + 16).is_some_and(|id| id.chars().all(|c| c.is_ascii_alphanumeric())) {
                steady.replace_range(start..start + 16, "k2v9x4m7q1t8w3z6");
            }
        }
    }
    steady
}

/// Compares a picture with its file, or writes the file where that is asked for.
#[track_caller]
fn check(name: &str, command: &str, screen: &Screen) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/pictures/{name}.svg"));
    let drawn = svg(command, screen);
    if std::env::var_os("TWIN_PICTURES").is_some() {
        std::fs::write(path, drawn).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == drawn,
        "docs/pictures/{name}.svg shows something else: run docs/pictures/make\n{drawn}"
    );
}

#[test]
fn ask() {
    let home = Home::new();
    let handbook = format!("{}/../fixtures/handbook.zip", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(handbook, home.path().join("handbook.zip")).unwrap();
    let question = "What is the expense policy for a $200 SaaS tool?";
    let terminal = Terminal::start(home.twin(["ask", "--from", "handbook.zip", question]), COLUMNS);
    let screen = terminal.last_picture();
    check("ask", &format!("twin ask --from handbook.zip '{question}'"), &screen);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync() {
    let bench = Bench::of(Reference::new().rate_limit(600)).await;
    let page = |name: &str, text: &str| {
        let title = name.split('/').next_back().unwrap().replace('-', " ");
        bench.home.write(&format!("wiki/{name}.md"), format!("# {title}\n\n{text}\n"));
    };
    for name in
        ["People/Leave", "People/Onboarding", "People/Sick-days", "Engineering/On-call", "Money/Expenses"]
    {
        page(name, "As it has always been.");
    }
    bench.twin(["kb", "sync", "wiki", "--yes"]).run().exits(0);
    page("People/Leave", "Thirty days from this year on.");
    page("Money/Travel", "By train below four hours.");
    page("Engineering/Incidents", "Write down what happened within a day.");
    std::fs::remove_file(bench.home.path().join("wiki/People/Sick-days.md")).unwrap();
    let terminal = Terminal::start(bench.twin(["kb", "sync", "wiki", "--prune"]), COLUMNS);
    terminal.shows("[y/N]").agrees(true);
    check("sync", "twin kb sync wiki --prune", &terminal.last_picture());
}

#[tokio::test(flavor = "multi_thread")]
async fn triage() {
    let seed = Seed::new(
        "Expense policy",
        "Under $50 no approval is needed. $50–$500 requires your manager's email.",
    );
    let bench = Bench::of(Reference::new().document(seed)).await;
    for (question, who) in [
        ("Can you approve the $15k contract with Acme?", "Jordan M."),
        ("Are dogs welcome in the Dublin office?", "Sam K."),
    ] {
        bench.twin(["ask", question, "--as", who]).run().exits(0);
    }
    bench
        .home
        .write("text", "Dogs are welcome in the Dublin office on Fridays. Ask your neighbours first.\n");
    let twin = bench.twin(["escalations", "triage"]).env("EDITOR", "sh -c 'cat text >> \"$0\"'");
    let terminal = Terminal::start(twin, COLUMNS);
    terminal.shows("1 of 2").waits_for_a_key().types("a");
    terminal.shows("Resolve it? [y/N]").agrees(true);
    terminal.shows("2 of 2").shows_times("[q]uit  [?]", 2);
    check("triage", "twin escalations triage", &terminal.picture());
    terminal.types("q");
    terminal.ends(0);
}
