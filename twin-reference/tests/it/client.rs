//! A plain HTTP client, so that nothing of the SDK stands between a test and the wire.

use std::net::{Ipv4Addr, SocketAddr};

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use twin_reference::{Reference, Running};

/// A free port of loopback.
pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Both doors over the same configuration: what is true of one must be true of the other.
pub(crate) async fn both_doors(configure: impl Fn(Reference) -> Reference) -> [Running; 2] {
    [
        configure(Reference::new()).start().await.unwrap(),
        configure(Reference::new()).record().serve(ANY_PORT).await.unwrap(),
    ]
}

pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    authorization: Option<String>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Client {
    pub(crate) fn of(twin: &Running) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, url: twin.url().to_owned(), authorization: Some(format!("Bearer {}", twin.key())) }
    }

    pub(crate) fn authorized(self, authorization: Option<&str>) -> Self {
        Self { authorization: authorization.map(str::to_owned), ..self }
    }

    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Vec<u8>>,
    ) -> Result<Answer, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url)).body(body.into());
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text })
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.try_send(method, path, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body.to_string()).await
    }

    pub(crate) async fn ask(&self, question: &str) -> Answer {
        self.post("/v1/twin", serde_json::json!({ "message": question })).await
    }
}

impl Answer {
    pub(crate) fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_else(|| panic!("no error in {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn number(&self, header: &str) -> i64 {
        self.header(header).unwrap_or_else(|| panic!("no {header}")).parse().unwrap()
    }
}
