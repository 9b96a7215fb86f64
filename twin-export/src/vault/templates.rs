//! Where the templates of a vault lie.

use super::super::Limits;
use super::super::job::Budget;
use super::super::tree::Tree;

/// Bytes of a vault's settings that are read.
const SETTINGS: usize = 64 * 1024;

/// Settings that name a folder of templates, those of Templater among them.
const NAMED: [(&str, &str); 2] =
    [("templates.json", "folder"), ("plugins/templater-obsidian/data.json", "templates_folder")];

/// The folders of templates: as the vault says, else the one that is called so.
pub(super) fn folders(tree: &Tree, base: &str, budget: &Budget, limits: &Limits) -> Vec<String> {
    let named = NAMED.iter().filter_map(|(file, name)| {
        let told = format!("{base}.obsidian/{file}");
        let settings = tree.settings.iter().chain(&tree.entries).find(|entry| entry.path == told)?;
        let value: serde_json::Value =
            serde_json::from_slice(&budget.head(settings, SETTINGS, limits)).ok()?;
        Some(value.get(name)?.as_str()?.trim_matches('/').to_owned())
    });
    let named: Vec<String> = named.filter(|folder| !folder.is_empty()).collect();
    if !named.is_empty() {
        return named;
    }
    let paths = tree.entries.iter().filter_map(|entry| entry.path.strip_prefix(base));
    let mut folders = paths.filter_map(|path| path.split_once('/')).map(|(folder, _)| folder);
    let called_so = |folder: &&str| folder.trim_start_matches('_').eq_ignore_ascii_case("templates");
    folders.find(called_so).map(str::to_owned).into_iter().collect()
}
