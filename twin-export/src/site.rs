//! Sources of web sites: what a generator makes pages of, and the templates it makes them with.

use std::collections::HashSet;

use super::tree::{Tree, file_name};

/// Where sites lie in a tree, each with the folders of its templates.
#[derive(Debug, Default)]
pub(crate) struct Sites(Vec<(String, &'static [&'static str])>);

/// Settings of Jekyll.
const JEKYLL: [&str; 3] = ["_config.yml", "_config.yaml", "_config.toml"];
const OF_JEKYLL: &[&str] = &["_includes", "_layouts"];
/// Settings of Hugo, and those that other programs have, too.
const HUGO: [&str; 4] = ["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"];
const ANY: [&str; 4] = ["config.toml", "config.yaml", "config.yml", "config.json"];
const OF_HUGO: &[&str] = &["archetypes", "layouts"];

impl Sites {
    /// The sites whose settings stand in a tree.
    pub(crate) fn of(tree: &Tree) -> Self {
        let (mut sites, mut candidates) = (Vec::new(), Vec::new());
        let (mut with_pages, mut with_templates) = (HashSet::new(), HashSet::new());
        for entry in &tree.entries {
            let path = entry.path.as_str();
            let name = file_name(path);
            let base = &path[..path.len() - name.len()];
            // Settings may have a folder of their own.
            let of_hugo = base.strip_suffix("config/_default/").unwrap_or(base);
            if JEKYLL.contains(&name) {
                sites.push((base.to_owned(), OF_JEKYLL));
            } else if HUGO.contains(&name) {
                sites.push((of_hugo.to_owned(), OF_HUGO));
            } else if ANY.contains(&name) {
                candidates.push(of_hugo);
            }
            with_pages.extend(parents_of("content/", path));
            for folder in ["archetypes/", "layouts/"] {
                with_templates.extend(parents_of(folder, path));
            }
        }
        candidates.retain(|base| with_pages.contains(base) && with_templates.contains(base));
        sites.extend(candidates.into_iter().map(|base| (base.to_owned(), OF_HUGO)));
        sites.truncate(MOST);
        Self(sites)
    }

    /// Whether a file is a template, by which pages are made.
    pub(crate) fn is_template(&self, path: &str) -> bool {
        self.0.iter().any(|(base, folders)| {
            let within = path.strip_prefix(base.as_str()).unwrap_or_default();
            // Themes have templates of their own.
            let within = match within.strip_prefix("themes/").and_then(|theme| theme.split_once('/')) {
                Some((_, rest)) => rest,
                None => within,
            };
            within.split_once('/').is_some_and(|(folder, _)| folders.contains(&folder))
        })
    }
}

/// Sites in one tree: every file is compared with each.
const MOST: usize = 100;

/// The folders in which a path enters one of that name.
fn parents_of<'a>(folder: &str, path: &'a str) -> impl Iterator<Item = &'a str> {
    let places = path.match_indices(folder).map(|(at, _)| &path[..at]);
    places.filter(|before| before.is_empty() || before.ends_with('/'))
}
