//! Creates whose answers are lost, each way they can be: in the end every page is there once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use twin_reference::Fault;
use wiremock::{Match, Mock, Request, ResponseTemplate};

use super::coverage::Coverage;
use super::digest;
use super::entry::Doubt;
use super::intake::Export;
use super::ledger::{Ledger, Work};
use super::planner::plan;
use super::steps::Findings;
use super::store::{Found, Store};
use super::test_world::{Death, GRACE, PRUNE, World, contents_of, long_page, page};
use super::worker::{Pace, Worker};
use twin_export::Document;

fn pages() -> Vec<Document> {
    vec![
        page("a", "A", "Text of a."),
        page("twin-a", "Twins", "Equal."),
        page("twin-b", "Twins", "Equal."),
        long_page("long", "Long", "long", 2),
        page("b", "B", "Text of b."),
    ]
}

/// The timeout of one attempt where one runs into it.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Syncs the pages once, and asserts that each is there once and known.
async fn ends_well(world: &World, pages: &[Document]) {
    let applied = world.sync(pages, 4, Death::Never).await.applied.unwrap();
    assert!(applied.failed.is_empty() && applied.unresolved.is_empty(), "{applied:?}");
    assert!(world.contents().await == contents_of(pages));
    let state = world.state().unwrap();
    assert!(state.len() == pages.len() && state.entries().all(|entry| entry.is_settled()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_one_create_its_page_is_there_once() {
    for lost in [
        Fault::applied_then_dropped(),
        Fault::dropped_after_read(),
        Fault::applied_then_fails(500),
        Fault::fails(500, 1),
        Fault::applied_then_fails(504),
        Fault::fails(504, 1),
        Fault::html(502),
        Fault::slow(TIMEOUT * 2),
    ] {
        let mut world = World::start().await;
        world.timeout = TIMEOUT;
        world.running.fault(lost.on("POST", "/v1/kb").after(1));
        ends_well(&world, &pages()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_answer_to_a_write_is_lost_every_page_is_there_once_all_the_same() {
    for lost in [Fault::applied_then_dropped(), Fault::applied_then_fails(500)] {
        let world = World::start().await;
        world.running.fault(lost.clone().on("POST", "/v1/kb").times(1_000));
        ends_well(&world, &pages()).await;
        world.running.fault(lost.on("DELETE", "/v1/kb").times(1));
        ends_well(&world, &pages()[1..4]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_equal_pages_none_is_taken_for_the_other() {
    let world = World::start().await;
    // One create is lost and did not happen; the other happens, and its answer is long in coming.
    world.running.fault(Fault::dropped_after_read().on("POST", "/v1/kb"));
    world.running.fault(Fault::slow(Duration::from_millis(100)).on("POST", "/v1/kb"));
    ends_well(&world, &pages()[1..3]).await;
}

/// Takes the first create, keeps it for a while, and delivers it then: its sender has gone meanwhile.
struct Late {
    taken: AtomicUsize,
    address: String,
    key: String,
    delay: Duration,
    landed: mpsc::Sender<()>,
}

impl Match for Late {
    fn matches(&self, request: &Request) -> bool {
        if request.method != "POST" || self.taken.fetch_add(1, Ordering::SeqCst) > 0 {
            return false;
        }
        let (address, key, body) = (self.address.clone(), self.key.clone(), request.body.clone());
        let (delay, landed) = (self.delay, self.landed.clone());
        std::thread::spawn(move || {
            std::thread::sleep(delay);
            let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
            let head = format!(
                "POST /v1/kb HTTP/1.1\r\nHost: late\r\nAuthorization: Bearer {key}\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
            landed.send(()).unwrap();
        });
        true
    }
}

/// A twin whose first create lands so much later, and when it has.
async fn world_with_late_create(delay: Duration, answer: ResponseTemplate) -> (World, mpsc::Receiver<()>) {
    let world = World::start().await;
    let (address, key) = (world.running.url().to_owned(), world.running.key().to_owned());
    let (landed, has_landed) = mpsc::channel();
    let late = Late { taken: AtomicUsize::new(0), address, key, delay, landed };
    world.running.mock_server().register(Mock::given(late).respond_with(answer).with_priority(2)).await;
    (world, has_landed)
}

/// How many writes of this kind reached the twin.
fn writes(world: &World, method: &str) -> usize {
    world.running.received().iter().filter(|request| request.method.as_str() == method).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_timed_out_and_lands_late_is_waited_for() {
    // As a gateway says it that lost its patience: the server behind it goes on.
    let (world, landed) =
        world_with_late_create(Duration::from_millis(200), ResponseTemplate::new(504)).await;
    ends_well(&world, &pages()).await;
    tokio::task::spawn_blocking(move || landed.recv().unwrap()).await.unwrap();
    assert!(world.contents().await == contents_of(&pages()));
    assert_eq!((writes(&world, "POST"), writes(&world, "DELETE")), (6, 0), "nothing is sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_creates_that_time_out_and_land_when_the_run_is_over_leave_one_document() {
    let page = page("a", "A", "Text of a.");
    let pages = std::slice::from_ref(&page);
    let world = World::start().await;
    world.running.fault(Fault::fails(504, 2).on("POST", "/v1/kb"));
    let applied = world.sync(pages, 1, Death::Never).await.applied.unwrap();
    assert_eq!((writes(&world, "POST"), applied.unresolved.len()), (2, 1), "{applied:?}");
    let again = || twin_reference::Seed::new(&page.title, &page.text).of_type("note");
    world.running.seed_all([again(), again()]).await.unwrap();
    ends_well(&world, pages).await;
    assert_eq!((writes(&world, "POST"), writes(&world, "DELETE")), (2, 1), "nothing is sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_create_that_was_sent_again_and_happened_every_time_one_document_is_left() {
    let page = page("a", "A", "Text of a.");
    let world = World::with(std::slice::from_ref(&page)).await;
    let state = world.state().unwrap();
    let entry = state.get(&page.key).unwrap().clone();
    let doubt = Doubt {
        hash: entry.hash.clone(),
        part: 0,
        title: page.title.clone(),
        document_type: page.document_type.as_str().into(),
        content: digest::of_content(&page.text),
        since: jiff::Timestamp::UNIX_EPOCH,
        except: Vec::new(),
    };
    let again = || twin_reference::Seed::new(&page.title, &page.text).of_type("note");
    let twins = world.running.seed_all([again(), again()]).await.unwrap();

    let kb = world.kb();
    let ledger = {
        let store = Store::new(world.running.url(), Found::default(), world.disk());
        Ledger::open(state, store, Work::Ahead).unwrap()
    };
    let pace = Pace { concurrency: 1, grace: GRACE };
    let apply = Worker::new(&kb, ledger, Export::default(), Vec::new(), pace, &());
    for _ in &twins {
        apply.late().push((page.key.clone(), doubt.clone()));
    }
    apply
        .run(&plan(world.state().unwrap(), &[], &Coverage::default(), &Findings::default(), PRUNE, false))
        .await;

    assert_eq!(world.contents().await, contents_of(std::slice::from_ref(&page)));
    // The one known to be ours went: the other could be someone else's after all.
    let state = world.state().unwrap();
    let left = &state.get(&page.key).unwrap().ids;
    assert!(twins.contains(&left[0]), "{left:?}");
}
