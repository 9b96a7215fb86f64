//! What the examples share: a client of your twin where `TWIN_API_KEY` is set, else of a small one of their own.

use std::error::Error;
use std::net::SocketAddr;

use twin_reference::{Reference, Running, Seed};
use twin_sdk::{ApiKey, Twin, TwinBuilder};

/// Any error ends an example.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An address of this machine on a port the system chooses.
pub const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A client of your twin, or of [`handbook`] served on loopback. Keep the second value: the server ends with it.
pub async fn connect() -> Result<(Twin, Option<Running>)> {
    if std::env::var_os("TWIN_API_KEY").is_some() {
        return Ok((Twin::from_env()?, None));
    }
    let running = handbook().serve(ANY_PORT).await?;
    Ok((client_of(&running)?.build()?, Some(running)))
}

/// A builder of clients of a twin served on loopback.
pub fn client_of(running: &Running) -> Result<TwinBuilder> {
    Ok(Twin::builder(ApiKey::new(running.key())?).base_url(running.url()))
}

/// A reference twin that knows a few things.
pub fn handbook() -> Reference {
    let policies = [
        (
            "Expense reimbursement policy",
            "Under $50 no pre-approval needed. $50–$500 requires manager email approval before purchase. \
             Submit via Expensify by the 20th.",
        ),
        (
            "Annual leave",
            "Everyone has 28 days of annual leave a year. Ask your manager two weeks ahead in the calendar. \
             Up to five unused days carry over until the end of March.",
        ),
        (
            "Laptops and lost devices",
            "Laptops are encrypted and lock after five minutes. Report a lost or stolen laptop to \
             security@example.com within an hour, at any time of day.",
        ),
    ];
    policies.into_iter().fold(Reference::new(), |twin, (title, content)| {
        twin.document(Seed::new(title, content).of_type("policy"))
    })
}
