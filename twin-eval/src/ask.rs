//! [`Asker`]: whoever answers the questions of a suite.

use std::future::{Future, IntoFuture};

use twin_sdk::{Answer, Twin};

/// Name of the asker, as shown with escalations.
pub const ASKED_BY: &str = "twin eval";

/// Answers questions: a [`Twin`], or a program's own implementation.
pub trait Asker {
    /// Asks a question, with background if the case has any.
    fn ask(&self, question: &str, context: Option<&str>) -> impl Future<Output = Asked>;
}

/// The result of a question.
#[derive(Debug)]
#[non_exhaustive]
pub enum Asked {
    /// It was answered.
    Answer(Answer),
    /// It was not answered.
    Failed(twin_sdk::Error),
    /// It was not sent, because the run is ending.
    Stopped,
}

impl Asker for Twin {
    fn ask(&self, question: &str, context: Option<&str>) -> impl Future<Output = Asked> {
        let mut call = Twin::ask(self, question).asked_by(ASKED_BY);
        if let Some(context) = context {
            call = call.context(context);
        }
        let answer = call.into_future();
        async move { answer.await.map_or_else(Asked::Failed, Asked::Answer) }
    }
}

impl<A: Asker + ?Sized> Asker for &A {
    fn ask(&self, question: &str, context: Option<&str>) -> impl Future<Output = Asked> {
        (**self).ask(question, context)
    }
}
