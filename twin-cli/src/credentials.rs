//! `credentials.toml`: one key for each profile, bound to the origin it was checked against.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config;
use crate::error::CliError;
use crate::files::{self, Lack};

/// The file as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// Keys by the name of their profile.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profiles: BTreeMap<String, StoredKey>,
}

/// A key and the only place it may be sent to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredKey {
    /// Scheme, host and port, such as `https://api.twin.ai`.
    pub(crate) origin: String,
    /// The key itself.
    pub(crate) api_key: String,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Where the file is.
pub(crate) fn path() -> Result<PathBuf, CliError> {
    Ok(files::config_dir()?.join("credentials.toml"))
}

impl Credentials {
    /// Reads the file; no file is no keys. The parser's own message could quote a key: it is not shown.
    pub(crate) fn load(path: &Path) -> Result<Self, CliError> {
        let Some(text) = files::read_if_there(path)? else { return Ok(Self::default()) };
        toml_edit::de::from_str(&text).map_err(|error| {
            let place = config::place(path, &text, error.span());
            CliError::invalid(format!("{place}: not a credentials file"))
                .hint("fix the file, or remove it and run 'twin login'")
        })
    }

    /// Changes the keys of the file as it is by now: another run may have changed it since. Only its owner can read it.
    pub(crate) fn update(
        path: &Path,
        change: impl FnOnce(&mut BTreeMap<String, StoredKey>),
    ) -> Result<Vec<Lack>, CliError> {
        files::update_private(path, || {
            let mut credentials = Self::load(path)?;
            change(&mut credentials.profiles);
            toml_edit::ser::to_string_pretty(&credentials).map_err(CliError::internal)
        })
    }
}

/// What speaks against relying on the file: others may read it, or someone else wrote it.
pub(crate) fn warnings(path: &Path) -> Vec<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let Ok(file) = std::fs::metadata(path) else { return Vec::new() };
        let (mode, owner, path) = (file.mode() & 0o777, file.uid(), path.display());
        let is_loose = mode & 0o077 != 0;
        let loose = is_loose.then(|| {
            format!("other users may read your keys: {path} has mode {mode:04o}; run: chmod 600 '{path}'")
        });
        let foreign = files::is_foreign(owner)
            .then(|| format!("{path} belongs to another user (id {owner}), who may have put the key there"));
        loose.into_iter().chain(foreign).collect()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        let key =
            StoredKey { origin: "https://api.twin.ai".to_owned(), api_key: "twin_live_secret".to_owned() };
        Credentials { profiles: [("default".to_owned(), key)].into() }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone_even_where_it_replaces_a_looser_one() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/credentials.toml");
        Credentials::update(&path, |keys| *keys = credentials().profiles).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(warnings(&path)[0].contains("0644"));
        Credentials::update(&path, |keys| *keys = credentials().profiles).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(warnings(&path), Vec::<String>::new());
        assert_eq!(Credentials::load(&path).unwrap(), credentials());
    }

    #[test]
    fn a_broken_file_is_named_and_not_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("credentials.toml");
        std::fs::write(&path, "[profiles.default]\napi_key = twin_live_secret\n").unwrap();
        let error = Credentials::load(&path).unwrap_err();
        assert!(error.message().contains("credentials.toml, line 2"), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }

    #[test]
    fn the_key_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", credentials()).contains("secret"));
    }
}
