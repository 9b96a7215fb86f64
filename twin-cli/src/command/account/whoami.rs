//! `twin whoami`: which twin, which key, and how much of its limit is left.

use super::{Identity, check};
use crate::command::Outcome;
use crate::context::Context;
use crate::key;
use crate::settings::{self, Target};
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// Show the active profile, API key and rate limit
///
/// Checks the key with one request, which does not count as an answer. Only the prefix and the last
/// characters of the key are shown. When piped, prints one field per line: name and value, separated by a
/// tab.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin whoami
  twin whoami --json | jq .rateLimit.remaining

Exit codes:
  0 the API accepts the key, 4 no key or key refused, 2 invalid input, 7 connection failed")]
pub struct Args {}

pub(crate) async fn run(_: Args, context: &Context) -> Outcome {
    let identity = match settings::target(&context.flags, &context.ui)? {
        Target::Remote(remote) => {
            let found = key::find(&remote, &context.ui).await?;
            let identity = Identity::of(&remote, &found.key, found.place);
            let accepted = check(&context.client_with_key(&remote, found.key)?).await?;
            match accepted.but {
                Some(error) => return Err(error.into()),
                None => identity.limited(accepted.rate_limit),
            }
        }
        Target::Embedded(_) => Identity::embedded(context.connect().await?.label),
    };
    Ok(Box::new(WhoAmI(identity)))
}

struct WhoAmI(Identity);

impl Report for WhoAmI {
    fn text(&self, page: &mut Page) {
        self.0.text(page);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.0)
    }
}
