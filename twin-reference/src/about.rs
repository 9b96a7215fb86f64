//! What the server says of itself without a key: a short page at `/` and the API's description at `/openapi.yaml`.

use http::{Method, StatusCode};

use crate::message::{Reply, Request};

/// The description of the API in OpenAPI 3.0.3, the same as `fixtures/api/openapi.yaml` of the repository.
const OPENAPI: &str = include_str!("openapi.yaml");

const ABOUT: &str = "\
This is a reference server of the Twin API, for tests and trials. It is not the Twin API itself.

The API:        POST /v1/twin, /v1/kb, /v1/escalations and GET /v1/stats, with an API key
Its description: GET /openapi.yaml
";

/// Returns the reply to a request for one of the two pages, and `None` for any other.
pub(crate) fn reply(request: &Request) -> Option<Reply> {
    if request.method != Method::GET {
        return None;
    }
    match request.path.as_str() {
        "/" => Some(Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", ABOUT.into())),
        "/openapi.yaml" => Some(Reply::with_body(StatusCode::OK, "application/yaml", OPENAPI.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_served_description_is_the_one_among_the_fixtures() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/api/openapi.yaml");
        let fixture = std::fs::read_to_string(path).unwrap();
        assert!(
            fixture == super::OPENAPI,
            "copy fixtures/api/openapi.yaml to twin-reference/src/openapi.yaml"
        );
    }
}
