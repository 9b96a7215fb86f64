//! What a command works with: the global flags, the screen, the signals, and its way to a twin.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

use twin_sdk::{Answer, ApiKey, Attempt, Pacing, Proxy, RetryPolicy, Transport, Twin, TwinBuilder};

use crate::embedded::Embedded;
use crate::error::{CliError, Code};
use crate::flags::GlobalArgs;
use crate::input;
use crate::key;
use crate::precedence::Network;
use crate::settings::{self, Remote, Target};
use crate::stop::Stop;
use crate::ui::waiting::Waits;
use crate::ui::{Notice, Ui};
use twin_sync::Meter;

/// What a command works with.
#[derive(Debug)]
pub struct Context {
    pub(crate) flags: GlobalArgs,
    pub(crate) ui: Ui,
    pub(crate) stop: Stop,
    /// Where requests went, for errors about the network.
    address: OnceCell<String>,
    /// Where the key was found, for errors about it.
    key_place: OnceCell<String>,
    /// How connections are made, once it is decided.
    network: OnceCell<Network>,
    embedded: RefCell<Vec<Embedded>>,
    waits: Waits,
}

/// A client of a twin.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client.
    pub(crate) twin: Twin,
    /// What tells this twin from others: its base URL, or `local:` and where its data is.
    pub(crate) label: String,
    /// Whether the twin runs in this process.
    pub(crate) is_embedded: bool,
}

/// How a client treats waits.
#[derive(Debug)]
enum Patience {
    /// One call, for someone who waits.
    Single,
    /// Many calls: paced, and as long as it takes. The meter hears of them.
    Bulk(Option<Meter>),
    /// Call after call for someone who waits: paced. The meter hears of them.
    Watched(Meter),
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);
/// The embedded twin is no network: what takes long there is work.
const EMBEDDED_TIMEOUT: Duration = Duration::from_secs(600);
const LONGEST_WAIT: Duration = Duration::from_secs(120);

impl Context {
    /// A context for one run of the program.
    pub fn new(flags: GlobalArgs, ui: Ui, stop: Stop) -> Self {
        let (address, key_place, network) = Default::default();
        Self {
            flags,
            ui,
            stop,
            address,
            key_place,
            network,
            embedded: RefCell::default(),
            waits: Waits::default(),
        }
    }

    /// The signals.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Refuses a line on which several arguments are `-`: these, and the file of the key.
    pub(crate) fn only_one_from_stdin<'a>(
        &'a self,
        arguments: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), CliError> {
        input::only_one_from_stdin(arguments.into_iter().chain(self.flags.api_key_file.as_deref()))
    }

    /// A client for single calls.
    pub(crate) async fn connect(&self) -> Result<Connection, CliError> {
        self.connect_with(Patience::Single).await
    }

    /// A client for many calls: paced by the rate limit, without an overall deadline.
    pub(crate) async fn connect_for_bulk(&self) -> Result<Connection, CliError> {
        self.connect_with(Patience::Bulk(None)).await
    }

    /// A client for many calls that `meter` counts and times.
    pub(crate) async fn connect_metered(&self, meter: &Meter) -> Result<Connection, CliError> {
        self.connect_with(Patience::Bulk(Some(meter.clone()))).await
    }

    /// A client for a session of single calls, whose waits `meter` tells.
    pub(crate) async fn connect_watched(&self, meter: &Meter) -> Result<Connection, CliError> {
        self.connect_with(Patience::Watched(meter.clone())).await
    }

    /// A client of a new twin that knows these exports and nothing else; what is read of them may be `cached`.
    pub(crate) async fn connect_to_exports(
        &self,
        paths: &[PathBuf],
        cached: bool,
    ) -> Result<Connection, CliError> {
        let embedded = Embedded::of_exports(paths, cached, &self.ui).await?;
        self.client_of(embedded, "local:exports".to_owned(), Patience::Single)
    }

    async fn connect_with(&self, patience: Patience) -> Result<Connection, CliError> {
        match settings::target(&self.flags, &self.ui)? {
            Target::Remote(remote) => self.connect_to(&remote, patience).await,
            Target::Embedded(data) => {
                self.ui.detail(2, &format!("embedded twin, data: {data}"));
                let label = data.label()?;
                self.client_of(Embedded::start(&data).await?, label, patience)
            }
        }
    }

    async fn connect_to(&self, remote: &Remote, patience: Patience) -> Result<Connection, CliError> {
        let found = key::find(remote, &self.ui).await?;
        let (profile, address) = (&remote.profile_name, &remote.base_url);
        self.ui.detail(2, &format!("profile {profile}, base URL {address}, key from {}", found.place));
        let _ = self.key_place.set(found.place);
        let twin = self.client(remote, found.key, patience)?;
        Ok(Connection { twin, label: address.to_string(), is_embedded: false })
    }

    /// A client of this twin with this key, for single calls.
    pub(crate) fn client_with_key(&self, remote: &Remote, key: ApiKey) -> Result<Twin, CliError> {
        self.client(remote, key, Patience::Single)
    }

    fn client(&self, remote: &Remote, key: ApiKey, patience: Patience) -> Result<Twin, CliError> {
        let _ = self.address.set(remote.base_url.origin());
        let _ = self.network.set(remote.network.clone());
        let builder = self.builder(key, patience).base_url(remote.base_url.to_string());
        Ok(builder.transport(self.transport()?).build()?)
    }

    /// How connections are made: as was decided for the twin, or else as flags and environment say.
    pub(crate) fn transport(&self) -> Result<Transport, CliError> {
        let network = match self.network.get() {
            Some(network) => network.clone(),
            None => settings::network(&self.flags)?,
        };
        let timeout = CONNECT_TIMEOUT.min(network.timeout.unwrap_or(TIMEOUT));
        let mut transport = Transport::default().connect_timeout(timeout);
        if let Some(path) = &network.cacert {
            let pem = std::fs::read(path)
                .map_err(|error| CliError::invalid(format!("cannot read {}: {error}", path.display())))?;
            transport = transport.ca_certificate(pem);
            let read = transport.check_certificates();
            let unreadable =
                read.map_err(|error| CliError::invalid(format!("{}: {error}", path.display())))?;
            for what in unreadable {
                self.ui.notice(&Notice::warning(format!(
                    "{}: {what}; the other certificates are used",
                    path.display()
                )));
            }
        }
        let system_certs = network.system_certs;
        let _ = self.network.set(network);
        Ok(if system_certs { transport.system_certs(true) } else { transport })
    }

    fn client_of(
        &self,
        embedded: Embedded,
        label: String,
        patience: Patience,
    ) -> Result<Connection, CliError> {
        let network = settings::network(&self.flags)?;
        let timeout = network.timeout.unwrap_or(EMBEDDED_TIMEOUT);
        let _ = self.network.set(network);
        let builder = self.builder(embedded.key()?, patience).timeout(timeout);
        let twin = builder.base_url(embedded.url()).build()?;
        self.embedded.borrow_mut().push(embedded);
        Ok(Connection { twin, label, is_embedded: true })
    }

    fn builder(&self, key: ApiKey, patience: Patience) -> TwinBuilder {
        let (pacing, longest_wait, meter) = match patience {
            Patience::Single => (Pacing::Off, LONGEST_WAIT, None),
            Patience::Bulk(meter) => (Pacing::Window, Duration::MAX, meter),
            Patience::Watched(meter) => (Pacing::Window, LONGEST_WAIT, Some(meter)),
        };
        let builder = Twin::builder(key)
            .user_agent(concat!("twin-cli/", env!("CARGO_PKG_VERSION")))
            .timeout(self.attempt_timeout())
            .deadline(None)
            .retry(RetryPolicy::default().longest_wait(self.flags.max_wait.unwrap_or(longest_wait)))
            .pacing(pacing);
        let builder = match &meter {
            Some(meter) => builder.clock(meter.clone()),
            None => builder,
        };
        let (ui, waits) = (self.ui, self.waits.clone());
        builder.on_attempt(move |attempt| {
            match &meter {
                Some(meter) => meter.observe(attempt),
                None => tell_of_wait(&ui, &waits, attempt),
            }
            if ui.verbosity() > 0 {
                ui.detail(1, &describe(attempt));
            }
            if ui.verbosity() > 1 {
                exchange(attempt).iter().for_each(|line| ui.detail(2, line));
            }
        })
    }

    /// Where in its sources an answer of the embedded twin was quoted from: a place a source, empty where none is known.
    pub(crate) async fn places(&self, answer: &Answer) -> Vec<String> {
        let embedded = self.embedded.take();
        let mut places = Vec::new();
        if let Some(twin) = embedded.last() {
            for title in &answer.sources {
                let mut headings = twin.headings_of(title, &answer.response).await;
                headings.retain(|heading| heading != title);
                places.push(headings.join(" › "));
            }
        }
        self.embedded.replace(embedded);
        places
    }

    /// Waits for a call, and shows on a terminal that it does: for how long, or until when.
    pub(crate) async fn waiting_for<T>(&self, what: &str, call: impl IntoFuture<Output = T>) -> T {
        let _spinner = self.waits.spinner(&self.ui, what);
        call.await
    }

    /// The longest time one attempt of a request takes.
    pub(crate) fn attempt_timeout(&self) -> Duration {
        self.network.get().and_then(|network| network.timeout).unwrap_or(TIMEOUT)
    }

    /// Ends what was started for the command, so that an embedded twin's data is one closed file.
    pub async fn close(&self) {
        for embedded in self.embedded.take() {
            embedded.shutdown().await;
        }
    }

    /// Adds what the error alone cannot know: how long was waited, whose key was refused, and where it was that
    /// could not be reached.
    pub fn explain(&self, error: CliError) -> CliError {
        let error = error.after_waiting(self.flags.max_wait.unwrap_or(LONGEST_WAIT));
        if let (Code::KeyRefused, Some(address)) = (error.code(), self.address.get()) {
            let place = self.key_place.get().map_or("what you typed", String::as_str);
            return error.hint(format!(
                "the key from {place} was sent to {address}: check both, or run 'twin login' with a new key"
            ));
        }
        let is_of_the_way = matches!(error.code(), Code::Network | Code::NotFromApi);
        let Some(address) = self.address.get().filter(|_| is_of_the_way) else { return error };
        if error.message().contains("invalid peer certificate: UnknownIssuer") {
            return error.or_hint(
                "if your company uses its own certificate authority, pass it with --cacert or use --system-certs",
            );
        }
        let times = ["the server's certificate expired", "the server's certificate is not valid before"];
        if times.iter().any(|what| error.message().contains(what)) {
            return error
                .or_hint("check this machine's clock; if it is right, the server needs a new certificate");
        }
        let proxy = address.parse().ok().and_then(|url| Proxy::for_url(&url).ok().flatten());
        let way =
            proxy.map(|proxy| format!(" (through the proxy of {})", proxy.variable())).unwrap_or_default();
        if error.code() == Code::NotFromApi {
            return error.or_hint(format!(
                "check that {address} is the right base URL, and that no gateway, VPN or sign-in page is \
                 in between{way}"
            ));
        }
        error.or_hint(format!("check the connection to {address}{way}, and that this is the right base URL"))
    }
}

/// A wait long enough to wonder at is told, on a terminal and in a log. Bulk commands tell it in their progress.
fn tell_of_wait(ui: &Ui, waits: &Waits, attempt: &Attempt<'_>) {
    if let Some(wait) = attempt.retry_in.filter(|wait| *wait >= Duration::from_secs(1)) {
        let (why, sentence) = if attempt.status == Some(429) {
            ("rate limit", "Rate limit")
        } else {
            ("trying again", "Trying again")
        };
        if !waits.show(sentence, wait) {
            ui.waiting(&format!("{why}: {} s", wait.as_secs_f64().ceil()));
        }
    }
}

/// The headers of a request and its response, and what an error says; without the key.
fn exchange(attempt: &Attempt<'_>) -> Vec<String> {
    let mut lines: Vec<String> =
        attempt.request_headers().map(|(name, value)| format!("> {name}: {value}")).collect();
    lines.extend(attempt.response_headers().map(|(name, value)| format!("< {name}: {value}")));
    if let Some(body) = attempt.error_body() {
        lines.extend(body.lines().map(|line| format!("< | {line}")));
    }
    lines
}

/// One request in one line, without anything secret: `GET /v1/stats 200 12ms, attempt 1, 59 of 60 left`.
fn describe(attempt: &Attempt<'_>) -> String {
    let result = match (attempt.status, attempt.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status} {error:?}"),
        (None, error) => error.map_or("no answer".to_owned(), |error| format!("{error:?}")),
    };
    let (method, path, elapsed) = (attempt.method, attempt.path, attempt.elapsed.as_millis());
    let mut line = format!("{method} {path} {result} {elapsed}ms, attempt {}", attempt.number);
    if let Some((limit, remaining)) = attempt.rate_limit.and_then(|rate| Some((rate.limit?, rate.remaining?)))
    {
        line += &format!(", {remaining} of {limit} left");
    }
    if let Some(wait) = attempt.retry_in {
        line += &format!(", again in {:.1}s", wait.as_secs_f64());
    }
    line
}
