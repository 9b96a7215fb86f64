use super::*;

fn resolved(files: &[&str], text: &str, is_wiki: bool) -> String {
    use crate::Options;
    use crate::job::{Budget, Lane};

    let folder = tempfile::tempdir().unwrap();
    for file in files {
        std::fs::write(folder.path().join(file), "Text.").unwrap();
    }
    let (options, budget) = (Options::default(), Budget::default());
    let tree = crate::tree::open(folder.path(), &options.limits, &budget).unwrap();
    let vault = Vault::new(&tree, String::new(), None, is_wiki);
    let job = Job::new(&options, &budget, Lane::Slow);
    String::from_utf8(vault.resolved("note.md", text, &job)).unwrap()
}

#[test]
fn links_read_as_their_labels() {
    let links = "[[Fire plan]]/[[Fire plan|the plan]]/[[Depot/Fire plan#Exits]]/[[#Exits]]/[[a.md\\|b]]";
    assert_eq!(resolved(&[], links, false), "Fire plan/the plan/Fire plan/Exits/b");
    assert_eq!(resolved(&[], "[[_TOC_]] [a](b)", false), "[[_TOC_]] [a](b)");
}

#[test]
fn in_a_wiki_the_label_is_what_is_no_page() {
    let files = ["Fire-plan.md", "Home.md"];
    let links = "[[the plan|Fire plan]], [[Fire plan|the plan]], [[x|y]]";
    assert_eq!(resolved(&files, links, true), "the plan, the plan, y");
    assert_eq!(resolved(&files, "[[the plan|Fire plan]]", false), "Fire plan");
}

#[test]
fn names_of_blocks_and_kinds_of_boxes_are_not_read() {
    assert_eq!(resolved(&[], "One. ^a-1\ntwo^b ^ c\n^d\n", false), "One. \ntwo^b ^ c\n\n");
    assert_eq!(resolved(&[], "> [!tip]- Keys\n> At the desk.", false), ">  Keys  \n> At the desk.");
    assert_eq!(resolved(&[], "> [!WARNING]\n> Wet.\n[!x] y", false), "> Warning  \n> Wet.\n[!x] y");
}

#[test]
fn a_section_ends_with_the_next_heading_of_its_level() {
    let note = "# A\n\none\n\n## B\n\ntwo ^x\n\n### C\n\nthree\n\n## D\n\nfour";
    assert_eq!(section(note, "B"), "## B\n\ntwo ^x\n\n### C\n\nthree\n\n");
    assert_eq!(section(note, "^x"), "two ");
    assert_eq!(section(note, "none"), "");
}

#[test]
fn code_is_found_whole() {
    assert_eq!(fenced("```\n[[x]]\n```\ny"), Some("```\n[[x]]\n```\n".len()));
    assert_eq!(code_span("`[[x]]` y"), Some(7));
}
