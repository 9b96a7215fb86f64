//! A run that dies, at every step it takes in turn: before, within and after each write to the disk, before
//! and after each write to the knowledge base. The run after it must end where an undisturbed one ends.

use super::cancellation::StopReason;
use super::test_world::{Death, World, contents_of, long_page, page};
use twin_export::Document;

/// Two exports in turn: pages that change, stay, grow, shrink, go and come, two of them equal.
fn exports() -> (Vec<Document>, Vec<Document>) {
    let first = vec![
        page("changes", "Changes", "First text."),
        page("stays", "Stays", "The same."),
        long_page("shrinks", "Shrinks", "long", 2),
        page("grows", "Grows", "Short."),
        page("goes", "Goes", "Farewell."),
    ];
    let second = vec![
        page("changes", "Changes", "Second text."),
        page("stays", "Stays", "The same."),
        page("shrinks", "Shrinks", "Short now."),
        long_page("grows", "Grows", "longer", 2),
        page("twin-a", "Twins", "Equal."),
        page("twin-b", "Twins", "Equal."),
    ];
    (first, second)
}

/// Lets a run die, looks that no page is missing, and lets the next run finish. False where the run did not
/// live to see its death.
async fn dies_and_recovers(death: Death, concurrency: usize, in_place: bool) -> bool {
    let (first, second) = exports();
    let mut world = World::with(&first).await;
    world.in_place = in_place;
    let foreign = [("Changes".to_owned(), "A page of someone else.".to_owned())];
    let seed = twin_reference::Seed::new(&foreign[0].0, &foreign[0].1).of_type("note");
    world.running.seed(seed).await.unwrap();

    let went = world.sync(&second, concurrency, death).await;
    if went.applied.is_some() {
        return false;
    }
    let present = world.contents().await;
    let is_there =
        |page: &Document| contents_of(std::slice::from_ref(page)).iter().all(|part| present.contains(part));
    for old in &first {
        let new = second.iter().find(|new| new.key == old.key);
        if let Some(new) = new {
            assert!(is_there(old) || is_there(new), "{death:?}: {} is missing", old.key);
        }
    }

    let went = world.sync(&second, 4, Death::Never).await;
    let applied = went.applied.unwrap();
    assert!(applied.failed.is_empty() && applied.unresolved.is_empty(), "{death:?}: {applied:?}");
    let mut expected = contents_of(&second);
    expected.extend(foreign);
    expected.sort();
    assert_eq!(titles(&world.contents().await), titles(&expected), "{death:?}");
    assert!(world.contents().await == expected, "{death:?}: a text is wrong");
    let state = world.state().unwrap();
    assert!(state.entries().all(|entry| entry.is_settled()), "{death:?}: {}", state.to_text());
    assert_eq!(state.len(), second.len());
    assert!(world.stored.lock().unwrap().journal.is_empty());
    true
}

fn titles(contents: &[(String, String)]) -> Vec<&str> {
    contents.iter().map(|(title, _)| title.as_str()).collect()
}

/// Dies at every step of this kind; how many there were.
async fn at_every_step(death: impl Fn(usize) -> Death, concurrency: usize) -> usize {
    at_every_step_of(death, concurrency, false).await
}

async fn at_every_step_of(death: impl Fn(usize) -> Death, concurrency: usize, in_place: bool) -> usize {
    for step in 0.. {
        if !dies_and_recovers(death(step), concurrency, in_place).await {
            return step;
        }
    }
    0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_before_or_after_any_write_to_the_knowledge_base_is_finished_by_the_next() {
    // 6 creates (one page has two parts), 4 deletions of old parts, one of a page that is gone.
    assert_eq!(at_every_step(Death::BeforeWrite, 1).await, 11);
    assert_eq!(at_every_step(Death::AfterWrite, 1).await, 11);
    assert!(at_every_step(Death::AfterWrite, 4).await >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_before_or_after_any_write_to_the_disk_is_finished_by_the_next() {
    assert!(at_every_step(Death::BeforeDisk, 1).await > 20);
    assert!(at_every_step(Death::AfterDisk, 1).await > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_can_only_be_written_over_survives_a_death_at_any_of_its_writes() {
    assert!(at_every_step_of(Death::WithinDisk, 1, true).await > 20);
    assert!(at_every_step_of(Death::AfterDisk, 1, true).await > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_journal_that_is_cut_short_is_as_good_as_none() {
    assert!(at_every_step(Death::WithinDisk, 4).await > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_after_a_deletion_that_was_cut_short_is_brought_in_again() {
    let pages = [page("goes", "Goes", "Farewell."), page("stays", "Stays", "The same.")];
    for death in [Death::BeforeWrite(0), Death::AfterWrite(0), Death::AfterDisk(3)] {
        let world = World::with(&pages).await;
        assert!(world.sync(&pages[1..], 1, death).await.applied.is_none(), "{death:?}");
        world.sync(&pages, 1, Death::Never).await.applied.unwrap();
        assert!(world.contents().await == contents_of(&pages), "{death:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_from_some_moment_on_stops_the_run_and_loses_nothing() {
    let (first, second) = exports();
    for operation in 0.. {
        let world = World::with(&first).await;
        let went = world.sync(&second, 4, Death::DiskFullFrom(operation)).await;
        if went.stopped.is_none() {
            assert!(operation > 20);
            break;
        }
        assert!(matches!(went.stopped, Some(StopReason::Disk(_))), "{operation}: {:?}", went.stopped);
        let applied = world.sync(&second, 4, Death::Never).await.applied.unwrap();
        assert!(applied.failed.is_empty() && applied.unresolved.is_empty(), "{operation}: {applied:?}");
        assert!(world.contents().await == contents_of(&second), "{operation}");
    }
}
