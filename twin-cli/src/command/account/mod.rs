//! `twin login`, `logout` and `whoami`: the key, the profile it belongs to, and what the API says of it.

pub(super) mod login;
pub(super) mod logout;
pub(super) mod whoami;

use serde::Serialize;
use twin_sdk::{ApiKey, ErrorKind, RateLimit, Twin};

use crate::error::CliError;
use crate::key;
use crate::settings::Remote;
use crate::ui::page::{Page, Tone};

/// A key that the API knows.
struct Accepted {
    rate_limit: Option<RateLimit>,
    /// What the API says against using it all the same.
    but: Option<twin_sdk::Error>,
}

/// Asks the API whether it takes the key: one request that costs no answer.
async fn check(twin: &Twin) -> Result<Accepted, CliError> {
    match twin.stats().with_meta().await {
        Ok(reply) => Ok(Accepted { rate_limit: reply.meta.rate_limit().copied(), but: None }),
        Err(error) if error.kind() == ErrorKind::PlanLacksFeature => {
            Ok(Accepted { rate_limit: error.rate_limit().copied(), but: None })
        }
        Err(error) if error.kind() == ErrorKind::NotConfigured => {
            Ok(Accepted { rate_limit: error.rate_limit().copied(), but: Some(error) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Who is talking to which twin.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    profile: Option<String>,
    base_url: String,
    api_key: Option<String>,
    key_source: Option<String>,
    rate_limit: Option<Limit>,
}

/// How much may be asked of the twin.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Limit {
    limit: Option<u64>,
    remaining: Option<u64>,
    resets_in_seconds: Option<u64>,
}

impl Identity {
    fn of(remote: &Remote, api_key: &ApiKey, key_source: String) -> Self {
        Self {
            profile: Some(remote.profile_name.clone()),
            base_url: remote.base_url.to_string(),
            api_key: Some(key::masked(api_key)),
            key_source: Some(key_source),
            rate_limit: None,
        }
    }

    fn embedded(base_url: String) -> Self {
        Self { profile: None, base_url, api_key: None, key_source: None, rate_limit: None }
    }

    fn limited(mut self, rate: Option<RateLimit>) -> Self {
        self.rate_limit = rate.map(|rate| Limit {
            limit: rate.limit,
            remaining: rate.remaining,
            resets_in_seconds: rate.resets_in.map(|time| time.as_secs()),
        });
        self
    }

    /// The limit as people say it, where the API told it.
    fn limit(&self) -> Option<String> {
        let rate = self.rate_limit.as_ref()?;
        let mut text = format!("{} requests a minute, {} left", rate.limit?, rate.remaining?);
        if let Some(seconds) = rate.resets_in_seconds {
            text += &format!(" for the next {seconds}s");
        }
        Some(text)
    }

    fn fields(&self) -> Vec<(&'static str, &'static str, String)> {
        let rate = self.rate_limit.as_ref();
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let fields = [
            ("profile", "Profile", self.profile.clone()),
            ("baseUrl", "Base URL", Some(self.base_url.clone())),
            ("apiKey", "API key", self.api_key.clone()),
            ("keySource", "Key from", self.key_source.clone()),
            ("limit", "Limit", rate.and_then(|rate| number(rate.limit))),
            ("remaining", "", rate.and_then(|rate| number(rate.remaining))),
        ];
        fields.into_iter().filter_map(|(name, label, value)| Some((name, label, value?))).collect()
    }

    fn text(&self, page: &mut Page) {
        for (name, label, mut value) in self.fields() {
            if !page.is_terminal() {
                page.row(&[name, &value]);
            } else if !label.is_empty() {
                if name == "limit" {
                    value = self.limit().unwrap_or(value);
                }
                page.line(&[(&format!("{label:<9} "), Tone::Dim), (&value, Tone::Plain)]);
            }
        }
    }
}
