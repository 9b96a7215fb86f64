//! Headings and titles that name no text: of a table of contents, of a menu, and what programs call a document that nobody
//! has named.

/// Whether a heading only says that a table of contents follows.
pub(super) fn names_contents(heading: &str) -> bool {
    CONTENTS.contains(&words_of(heading).as_str())
}

/// Whether a heading of a page only says that a menu follows, or its contents.
pub(super) fn names_menu(heading: &str) -> bool {
    names_contents(heading) || MENUS.contains(&words_of(heading).as_str())
}

/// Whether a title is what programs call a document that nobody has named, with a number behind it or without.
pub(super) fn is_unnamed(title: &str) -> bool {
    UNNAMED.contains(&words_of(title).as_str())
}

/// Without a number or a sign around it.
fn words_of(heading: &str) -> String {
    heading.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase()
}

const CONTENTS: [&str; 46] = [
    "contents",
    "table of contents",
    "toc",
    "inhalt",
    "inhaltsverzeichnis",
    "sommaire",
    "table des matières",
    "índice",
    "indice",
    "contenido",
    "tabla de contenido",
    "sommario",
    "sumário",
    "conteúdo",
    "inhoud",
    "inhoudsopgave",
    "innehåll",
    "innehållsförteckning",
    "indhold",
    "indholdsfortegnelse",
    "innhold",
    "innholdsfortegnelse",
    "sisällys",
    "sisällysluettelo",
    "spis treści",
    "obsah",
    "tartalomjegyzék",
    "cuprins",
    "içindekiler",
    "содержание",
    "оглавление",
    "зміст",
    "περιεχόμενα",
    "目次",
    "目录",
    "目錄",
    "차례",
    "목차",
    "list of contents",
    "inhalte",
    "inhaltsübersicht",
    "índice de contenidos",
    "indice dei contenuti",
    "tabela de conteúdos",
    "contenu",
    "contents of this page",
];

const UNNAMED: [&str; 41] = [
    "untitled",
    "untitled document",
    "unnamed",
    "unknown",
    "anonymous",
    "no title",
    "title",
    "titel",
    "unbenannt",
    "ohne titel",
    "sans titre",
    "sin título",
    "document",
    "dokument",
    "documento",
    "documento sin título",
    "dokumentum",
    "документ",
    "文書",
    "文档",
    "word document",
    "book",
    "mappe",
    "classeur",
    "libro",
    "cartel",
    "workbook",
    "presentation",
    "präsentation",
    "présentation",
    "presentación",
    "presentazione",
    "powerpoint presentation",
    "powerpoint-präsentation",
    "présentation powerpoint",
    "slide",
    "template",
    "blank",
    "vorlage",
    "modèle",
    "plantilla",
];

const MENUS: [&str; 35] = [
    "menu",
    "menü",
    "menú",
    "menù",
    "main menu",
    "hauptmenü",
    "navigation",
    "main navigation",
    "site navigation",
    "hauptnavigation",
    "navigatie",
    "navigasjon",
    "navegación",
    "navegação",
    "navigazione",
    "meny",
    "меню",
    "навигация",
    "メニュー",
    "菜单",
    "选单",
    "選單",
    "메뉴",
    "on this page",
    "in this article",
    "in this section",
    "page contents",
    "auf dieser seite",
    "sur cette page",
    "en esta página",
    "nesta página",
    "in questa pagina",
    "op deze pagina",
    "breadcrumb",
    "breadcrumbs",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_call_a_document_is_no_name() {
        assert!(["Document1", "Dokument 12", "Untitled", "Presentation1"].into_iter().all(is_unnamed));
        assert!(!is_unnamed("Document retention") && !is_unnamed("Presentation skills 2"));
    }

    #[test]
    fn contents_and_menus_are_known_by_their_words() {
        for heading in ["Contents", "1. Table of contents:", "INHALTSVERZEICHNIS", "目次"] {
            assert!(names_contents(heading), "{heading}");
        }
        assert!(names_menu("Menü") && names_menu("On this page") && !names_contents("Menü"));
        assert!(!names_menu("Menu of the week") && !names_contents("Contents of the box"));
    }
}
