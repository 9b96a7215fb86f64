//! `twin whoami`: which twin, which key, and how much of its limit is left.

use super::{Identity, check};
use crate::command::Outcome;
use crate::context::Context;
use crate::key;
use crate::settings::{self, Target};
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// Show the profile, the API key in use and its limit
///
/// The key is checked with one request that costs no answer. Of the key itself only its prefix and its end
/// are shown. In a pipe: a row a field, name and value separated by a tab.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin whoami
  twin whoami --json | jq .rateLimit.remaining

Exit codes:
  0 the API takes the key, 4 no key or it is refused, 2 bad input, 7 no connection")]
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
