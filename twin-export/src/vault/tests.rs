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
    let vault = Vault::new(&tree, String::new(), Vec::new(), is_wiki);
    let job = Job::new(&options, &budget, Lane::Slow);
    String::from_utf8(vault.resolved("note.md", text, &job)).unwrap()
}

#[test]
fn links_read_as_their_labels() {
    let links = "[[Fire plan]]/[[Fire plan|the plan]]/[[Depot/Fire plan#Exits]]/[[#Exits]]/[[a.md\\|b]]";
    assert_eq!(resolved(&[], links, false), "Fire plan/the plan/Fire plan/Exits/b");
    assert_eq!(resolved(&[], "[[_TOC_]] [a](b) [[_Index]]", false), " [a](b) _Index");
    let labels =
        "[[Fire plan|and/or]], [[https://x.example/p/q]], [[https://x.example/p|Site]], [[Fire plan|]]";
    assert_eq!(resolved(&[], labels, false), "and/or, https://x.example/p/q, Site, Fire plan");
    assert_eq!(resolved(&[], "| ![[plan.png\\|50]] |", false), "|  |");
}

#[test]
fn in_a_wiki_the_label_is_what_is_no_page() {
    let files = ["Fire-plan.md", "Home.md"];
    let links = "[[the plan|Fire plan]], [[Fire plan|the plan]], [[x|y]], [[Home|Fire plan]], [[run|Fire-plan#exits]], \
        [[Site|https://x.example/p/home]], [[https://x.example/p/home]], [[a\\|Home]]";
    let labels = "the plan, the plan, x, Home, run, Site, https://x.example/p/home, a";
    assert_eq!(resolved(&files, links, true), labels);
    let pictures = "[[images/plan.png]]/[[images/plan.png|alt=The gate|width=50]]/[[images/plan.png|width=50]]/[[_TOC_]]/";
    assert_eq!(resolved(&files, pictures, true), "/The gate///");
    assert_eq!(resolved(&files, "[[the plan|Fire plan]]", false), "Fire plan");
}

#[test]
fn names_of_blocks_and_kinds_of_boxes_are_not_read() {
    assert_eq!(resolved(&[], "One. ^a-1\ntwo^b ^ c\n^d\n", false), "One. \ntwo^b ^ c\n\n");
    assert_eq!(resolved(&[], "> [!tip]- Keys\n> At the desk.", false), ">  Keys  \n> At the desk.");
    assert_eq!(resolved(&[], "> [!WARNING]\n> Wet.\n[!x] y", false), "> Warning  \n> Wet.\n[!x] y");
}

#[test]
fn in_code_nothing_is_touched() {
    for code in [
        "    [[a|b]] %%c%%\n",
        "- a\n\n      [[a|b]]\n",
        "<pre>\n[[a|b]] %%c%%\n\n^d\n</pre>\n",
        "<code>[[a|b]]</code>",
        "``[[a`|b]]``",
        "> ```\n> [[a|b]]\n> ```\n",
    ] {
        assert_eq!(resolved(&[], code, false), code);
    }
    assert_eq!(
        resolved(&[], "text\n    [[a|b]]\n- [[a|b]]\n    - [[a|b]]\n", false),
        "text\n    b\n- b\n    - b\n"
    );
}

#[test]
fn a_comment_has_an_end() {
    assert_eq!(resolved(&[], "a %%b\n\nc%% d", false), "a  d");
    assert_eq!(resolved(&[], "100%% sure\n\nb", false), "100%% sure\n\nb");
}
