//! Pages of Notion as text.

use super::*;

fn read(header: &str, body: &str) -> Page {
    let html = format!(
        "<html><head><title>In the head</title></head><body><article id=\"152bb52e-e2b5-8017-9846-fd78b2b60ea9\" class=\"page sans\">\
         <header><h1 class=\"page-title\"></h1>{header}</header><div class=\"page-body\">{body}</div></article></body></html>"
    );
    page(html.as_bytes(), &Limits::default(), &|title| title == "Told elsewhere").unwrap().unwrap()
}

#[test]
fn the_article_tells_the_id_and_the_head_the_title_where_the_page_shows_none() {
    let page = read("", "<p>x</p>");
    assert_eq!(page.id.as_deref(), Some("152bb52ee2b580179846fd78b2b60ea9"));
    assert_eq!(page.title.as_deref(), Some("In the head"));
    assert_eq!(super::page(b"<html><p>no article", &Limits::default(), &|_| false), Ok(None));
}

#[test]
fn properties_read_as_key_and_value() {
    let page = read(
        "<table class=\"properties\"><tbody>\
         <tr class=\"property-row property-row-multi_select\"><th><span class=\"icon property-icon\"><svg/></span>Tags</th>\
         <td><span class=\"selected-value\">A</span><span class=\"selected-value\">B</span></td></tr>\
         <tr class=\"property-row property-row-relation\"><th>See</th><td><a href=\"A%20x.html\">A</a><a href=\"B%20x.html\">B</a></td></tr>\
         <tr class=\"property-row property-row-text\"><th>Note</th><td>two\nlines <strong>bold</strong><em>er</em></td></tr>\
         <tr class=\"property-row property-row-checkbox\"><th>Done</th><td><div class=\"checkbox checkbox-on\"></div></td></tr>\
         <tr class=\"property-row property-row-date\"><th>Due</th><td><time>@May 2, 2023</time></td></tr>\
         <tr class=\"property-row property-row-file\"><th>File</th><td><a href=\"T/My%20plan.pdf\">T/My%20plan.pdf</a></td></tr>\
         <tr class=\"property-row property-row-text\"><th>None</th><td></td></tr></tbody></table>",
        "",
    );
    assert_eq!(
        page.properties,
        "Tags: A, B\nSee: A, B\nNote: two\nlines bolder\nDone: Yes\nDue: May 2, 2023\nFile: My plan.pdf"
    );
    assert!(page.body.is_empty() && !page.has_blocks);
}

#[test]
fn blocks_read_like_those_of_the_markdown_variant() {
    let page = read(
        "",
        "<nav class=\"table_of_contents\"><a>Boarding</a></nav><h1>Boarding</h1>\
         <ul class=\"to-do-list\"><li><div class=\"checkbox checkbox-on\"></div> <span class=\"to-do-children-checked\">swept</span></li></ul>\
         <ul class=\"toggle\"><li><details open=\"\"><summary>What?</summary><p>This.</p></details></li></ul>\
         <div style=\"display:contents\"><ul class=\"bulleted-list\"><li>first\nin two lines</li></ul></div>\
         <div style=\"display:contents\"><ul class=\"bulleted-list\"><li>second</li></ul></div>\
         <details><summary style=\"font-weight:600;font-size:1.25em\">A heading</summary><p>under it</p></details>\
         <figure class=\"callout\"><div style=\"font-size:1.5em\"><span class=\"icon\">💡</span></div><div style=\"width:100%\">Take care.<p>Always.</p></div></figure>\
         <figure class=\"image\"><a href=\"T/x.png\"><img src=\"T/x.png\"/></a><figcaption>The deck</figcaption></figure>\
         <figure class=\"link-to-page\"><a href=\"Fares%20x.html\"><span class=\"icon\">💶</span>Fares</a></figure>",
    );
    assert_eq!(
        page.body,
        "Boarding\n\n- [x] swept\n- What?\n  This.\n- first\n  in two lines\n- second\n\nA heading\n\nunder it\n\n💡 Take care.\n\nAlways.\n\nThe deck\n\nFares"
    );
}

#[test]
fn a_database_of_untitled_empty_rows_is_blank() {
    let table = |title: &str, value: &str| {
        let cells = format!(
            "<td class=\"cell-title\"><a href=\"F/Untitled%20x.html\">{title}</a></td><td>{value}</td>"
        );
        let page = read(
            "",
            &format!(
                "<table class=\"collection-content\"><thead><tr><th>Name</th><th>Tags</th></tr></thead><tbody><tr>{cells}</tr></tbody></table>"
            ),
        );
        assert!(page.is_table);
        page.is_blank
    };
    assert!(table("Untitled", "") && table("", ""));
    assert!(
        !table("Car", "")
            && !table("Untitled", "x")
            && !table("", "<div class=\"checkbox checkbox-off\"></div>")
    );
}

#[test]
fn a_database_with_a_page_to_itself_is_a_table() {
    let table = "<table class=\"collection-content\"><thead><tr><th>Name</th><th>Insured</th></tr></thead><tbody>\
         <tr><td class=\"cell-title\"><a href=\"F/Car%20x.html\">Car</a></td><td><div class=\"checkbox checkbox-off\"></div></td></tr></tbody></table>";
    let page = read("", &format!("{table}<br/><br/>"));
    assert!(page.is_table);
    assert_eq!(page.body, "Name | Insured\nCar | No");
    let inline =
        read("", &format!("<p>See</p><div class=\"collection-content\"><h4>Fares</h4>{table}</div>"));
    assert!(!inline.is_table);
    let elsewhere = read(
        "",
        &format!(
            "<p>See</p><div class=\"collection-content\"><h4 class=\"collection-title\">Told elsewhere</h4>{table}</div>"
        ),
    );
    assert_eq!(elsewhere.body, "See\n\nTold elsewhere");
    assert_eq!(inline.body, "See\n\nFares\n\nName | Insured\nCar | No");
}
