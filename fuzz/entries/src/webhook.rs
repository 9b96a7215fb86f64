//! Webhooks: a header line, then a body.

use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::{HeaderValue, Request};
use twin_sdk::webhook::{
    Event, SIGNATURE_HEADER, Seen, SignedEvent, SignedEventRejection, Verifier, WebhookError,
};

const SECRET: &str = "whsec_test_0123456789abcdef";
/// What the extractor reads at most.
const LONGEST: usize = 64 * 1024;

/// A header that is not the body's own signature is refused, by the verifier and by the extractor alike; a signed
/// body is an event or is told to be none, and an event is read back as it is written.
pub fn webhook(input: &[u8]) {
    let line_end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (header, body) = (&input[..line_end], input.get(line_end + 1..).unwrap_or_default());
    let verifier = verifier();
    let own = verifier.sign(body);
    let genuine = header.len() == own.len()
        && header[..7] == own.as_bytes()[..7]
        && header.eq_ignore_ascii_case(own.as_bytes());
    if let Ok(header) = std::str::from_utf8(header) {
        assert_eq!(verifier.verify(body, header).is_ok(), genuine, "{header}");
    }
    let extracted = extract(&verifier, header, body);
    assert!(genuine || !matches!(extracted, Some(Ok(_))), "a forged webhook was taken");

    match (verifier.event(body, &own), extract(&verifier, own.as_bytes(), body)) {
        (Ok(event), Some(extracted)) => {
            assert_eq!(extracted.is_ok(), body.len() <= LONGEST);
            keeps_its_laws(&event);
        }
        (Err(WebhookError::NotAnEvent(_)), Some(Err(rejection))) => {
            let kind = matches!(rejection, SignedEventRejection::Webhook(WebhookError::NotAnEvent(_)));
            assert_eq!(kind, body.len() <= LONGEST);
        }
        (event, _) => panic!("a body under its own signature is {event:?}"),
    }
}

fn verifier() -> Verifier {
    match Verifier::new(SECRET) {
        Ok(verifier) => verifier,
        Err(error) => panic!("{error}"),
    }
}

fn keeps_its_laws(event: &Event) {
    let written = serde_json::to_string(event).unwrap_or_default();
    let Ok(again) = serde_json::from_str::<Event>(&written) else { panic!("{written} is not read back") };
    // A number of many digits may be read a little off.
    let mut again = again;
    again.confidence = event.confidence;
    assert_eq!(&again, event);
    let mut seen = Seen::new(1);
    assert!(seen.is_first(event));
    assert_eq!(seen.is_first(event), event.escalation_id.is_empty());
}

/// The extractor's verdict; nothing where HTTP itself allows no such header.
fn extract(
    verifier: &Verifier,
    header: &[u8],
    body: &[u8],
) -> Option<Result<SignedEvent, SignedEventRejection>> {
    let mut request = Request::new(Body::from(body.to_vec()));
    request.headers_mut().insert(SIGNATURE_HEADER, HeaderValue::from_bytes(header).ok()?);
    let extracted = std::pin::pin!(SignedEvent::from_request(request, verifier));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match extracted.poll(&mut context) {
        std::task::Poll::Ready(extracted) => Some(extracted),
        std::task::Poll::Pending => panic!("a body that is there is waited for"),
    }
}
