//! Headings that name a table of contents or a menu: no text is called so.

/// Whether a heading only says that a table of contents follows.
pub(super) fn names_contents(heading: &str) -> bool {
    CONTENTS.contains(&words_of(heading).as_str())
}

/// Whether a heading of a page only says that a menu follows, or its contents.
pub(super) fn names_menu(heading: &str) -> bool {
    names_contents(heading) || MENUS.contains(&words_of(heading).as_str())
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
    fn contents_and_menus_are_known_by_their_words() {
        for heading in ["Contents", "1. Table of contents:", "INHALTSVERZEICHNIS", "目次"] {
            assert!(names_contents(heading), "{heading}");
        }
        assert!(names_menu("Menü") && names_menu("On this page") && !names_contents("Menü"));
        assert!(!names_menu("Menu of the week") && !names_contents("Contents of the box"));
    }
}
