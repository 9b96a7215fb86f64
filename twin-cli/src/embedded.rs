//! The embedded twin: the reference server on loopback, inside this process.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use twin_reference::{Reference, Running, Seed, StartError};
use twin_sdk::ApiKey;

use crate::error::{CliError, Code};
use crate::files;
use crate::settings::LocalData;
use crate::ui::Ui;

/// A running embedded twin; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Embedded(Running);

impl Embedded {
    /// Starts one on its data, without limits, under a key of its own.
    pub(crate) async fn start(data: &LocalData) -> Result<Self, CliError> {
        Self::serve(with_data(Reference::new().key(new_key()).no_rate_limit(), data)?, 0).await
    }

    /// Starts one as configured, on this port of loopback; 0 is any free one.
    pub(crate) async fn serve(reference: Reference, port: u16) -> Result<Self, CliError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Self(reference.serve(address).await.map_err(not_started)?))
    }

    /// Puts what the exports hold into the knowledge base.
    pub(crate) async fn fill(&self, paths: &[PathBuf], ui: &Ui) -> Result<(), CliError> {
        let _ = (paths, ui, Seed::new("", ""));
        Err(CliError::new(Code::Internal, "exports cannot be read yet"))
    }

    /// Finishes the requests in flight, then ends.
    pub(crate) async fn shutdown(self) {
        self.0.shutdown().await;
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    pub(crate) fn key(&self) -> Result<ApiKey, CliError> {
        Ok(ApiKey::new(self.0.key())?)
    }
}

/// Keeps the twin's data where it belongs.
pub(crate) fn with_data(reference: Reference, data: &LocalData) -> Result<Reference, CliError> {
    let LocalData::File(path) = data else { return Ok(reference) };
    if path.starts_with(files::data_dir().unwrap_or_default())
        && let Some(dir) = path.parent()
    {
        files::create_private_dir(dir)
            .map_err(|error| CliError::io(format_args!("cannot create {}", dir.display()), &error))?;
    }
    Ok(reference.data(path))
}

/// What to do where a twin does not start.
fn not_started(error: StartError) -> CliError {
    let message = error.to_string();
    match error {
        StartError::Data { .. } | StartError::Webhook(_) => CliError::invalid(message),
        StartError::Listen { .. } => {
            CliError::new(Code::Io, message).hint("choose another --port, or 0 for a free one")
        }
        _ => CliError::new(Code::Io, message),
    }
}

/// A key no one can guess, so that other users of this machine stay out. Its bits are those the operating
/// system seeds the standard library's hash maps with, behind their keyed hash.
pub(crate) fn new_key() -> String {
    let bits = || RandomState::new().build_hasher().finish();
    format!("twin_test_{:016x}{:016x}", bits(), bits())
}

impl LocalData {
    /// What tells this data from others: `local:` and the path.
    pub(crate) fn label(&self) -> Result<String, CliError> {
        match self {
            LocalData::Memory => Ok("local::memory:".to_owned()),
            LocalData::File(path) => {
                let path = std::path::absolute(path)
                    .map_err(|error| CliError::invalid(format!("{}: {error}", path.display())))?;
                Ok(format!("local:{}", path.display()))
            }
        }
    }
}

impl fmt::Display for LocalData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalData::Memory => f.write_str(":memory:"),
            LocalData::File(path) => write!(f, "{}", path.display()),
        }
    }
}
