//! Sources of web sites: what a generator makes pages of, and the templates it makes them with.

use super::tree::{Tree, file_name, folder_of};

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
        let paths = || tree.entries.iter().map(|entry| entry.path.as_str());
        let mut sites = Vec::new();
        for path in paths() {
            let (name, folder) = (file_name(path), folder_of(path));
            let base = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            if JEKYLL.contains(&name) {
                sites.push((base, OF_JEKYLL));
            } else if HUGO.contains(&name) || ANY.contains(&name) {
                // Settings may have a folder of their own.
                let base = base.strip_suffix("config/_default/").unwrap_or(&base).to_owned();
                let holds = |folder: &str| {
                    let folder = format!("{base}{folder}/");
                    paths().any(|path| path.starts_with(&folder))
                };
                if HUGO.contains(&name)
                    || sites.len() < MOST && holds("content") && OF_HUGO.iter().any(|one| holds(one))
                {
                    sites.push((base, OF_HUGO));
                }
            }
            if sites.len() >= MOST {
                break;
            }
        }
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
