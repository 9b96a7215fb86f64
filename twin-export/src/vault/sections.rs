//! Parts of notes, as links to them name them.

/// The part of a note under a heading, or the block of a name.
pub(super) fn section<'t>(note: &'t str, heading: &str) -> &'t str {
    let heading = heading.rsplit('#').next().unwrap_or_default().trim();
    if heading.is_empty() {
        return note;
    }
    if let Some(name) = heading.strip_prefix('^') {
        return block(note, name);
    }
    let (mut start, mut at, mut own) = (None, 0, 0);
    for line in note.split_inclusive('\n') {
        let marks = level(line);
        match start {
            None if is_heading(line) && line[marks..].trim().eq_ignore_ascii_case(heading) => {
                (start, own) = (Some(at), marks)
            }
            Some(start) if is_heading(line) && marks <= own => return &note[start..at],
            _ => {}
        }
        at += line.len();
    }
    start.map_or("", |start| &note[start..])
}

fn level(line: &str) -> usize {
    line.bytes().take_while(|&byte| byte == b'#').count()
}

pub(super) fn is_heading(line: &str) -> bool {
    (1..=6).contains(&level(line)) && line[level(line)..].starts_with(' ')
}

/// The length of the marker of a list's item, with the blank after it.
pub(super) fn marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark =
        if digits == 0 { line.starts_with(['-', '*', '+']) } else { line[digits..].starts_with(['.', ')']) };
    let end = digits + 1;
    (mark && digits < 10 && line[end..].starts_with([' ', '\t'])).then_some(end + 1)
}

/// What `^name` names: the paragraph or the item that it ends, or what stands above it where it is alone in its line.
fn block<'t>(note: &'t str, name: &str) -> &'t str {
    let mark = format!("^{name}");
    let ends = |line: &str| {
        line.trim_end().strip_suffix(&mark).is_some_and(|text| text.is_empty() || text.ends_with([' ', '\t']))
    };
    let lines: Vec<&str> = note.split_inclusive('\n').collect();
    let Some(named) = lines.iter().position(|line| ends(line)) else { return "" };
    let is_blank = |line: &str| line.trim().is_empty();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let is_item = |line: &str| marker(line.trim_start_matches([' ', '\t'])).is_some();
    let is_alone = lines[named].trim() == mark;
    // Alone and without an indent, it names a whole list.
    let is_of_item = !is_alone || indent(lines[named]) > 0;
    let mut last = named;
    if is_alone {
        let Some(above) = lines[..named].iter().rposition(|line| !is_blank(line)) else { return "" };
        last = above;
    }
    let mut first = last;
    while first > 0 && !(is_of_item && is_item(lines[first])) {
        let above = lines[first - 1];
        if is_blank(above) || is_heading(above) || is_heading(lines[first]) {
            break;
        }
        first -= 1;
    }
    if !is_alone && is_item(lines[first]) {
        // With the items below it.
        let depth = indent(lines[first]);
        let below = lines[last + 1..].iter().take_while(|line| !is_blank(line) && indent(line) > depth);
        last += below.count();
    }
    let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(&lines[..first]);
    let text = note[start..start + length(&lines[first..=last])].trim_end();
    text.strip_suffix(&mark).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_with_the_next_heading_of_its_level() {
        let note = "# A\n\none\n\n## B\n\ntwo ^x\n\n### C\n\nthree\n\n## D\n\nfour";
        assert_eq!(section(note, "B"), "## B\n\ntwo ^x\n\n### C\n\nthree\n\n");
        assert_eq!(section(note, "^x"), "two ");
        assert_eq!(section(note, "none"), "");
        assert_eq!(section(note, "^none"), "");
    }

    #[test]
    fn a_named_block_is_its_paragraph_its_item_or_what_stands_above() {
        let note = "# A\n## B\nfirst\nline ^p\n\n- one\n- two ^i\n  - below\n- three\n  more\n  ^j\n\n| a |\n|---|\n| b |\n\n^t\n\n- x\n- y\n\n^l\n";
        assert_eq!(section(note, "^p"), "first\nline ");
        assert_eq!(section(note, "^i"), "- two ^i\n  - below");
        assert_eq!(section(note, "^j"), "- three\n  more");
        assert_eq!(section(note, "^t"), "| a |\n|---|\n| b |");
        assert_eq!(section(note, "^l"), "- x\n- y");
    }
}
