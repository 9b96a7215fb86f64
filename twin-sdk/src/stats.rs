//! Usage statistics (`GET /v1/stats`).

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Endpoints, Prepared, Reply, Request};
use crate::client::Twin;
use crate::error::Result;
use crate::wire::count;

/// How the twin has been used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Stats {
    /// Questions answered.
    #[serde(deserialize_with = "count")]
    pub total_answered: u64,
    /// Of these, questions escalated to a person.
    #[serde(deserialize_with = "count")]
    pub total_escalated: u64,
    /// The mean confidence of the answers, from 0.0 to 1.0.
    pub avg_confidence: f64,
    /// The share of questions that needed no person, from 0.0 to 1.0.
    pub handle_rate: f64,
    /// Minutes of people's time saved.
    #[serde(deserialize_with = "count")]
    pub total_saved_minutes: u64,
    /// Documents in the knowledge base.
    #[serde(deserialize_with = "count")]
    pub kb_doc_count: u64,
}

/// The request behind [`Twin::stats`].
#[derive(Debug, Clone, Copy)]
pub struct GetStats;

impl Twin {
    /// Usage statistics (`GET /v1/stats`).
    pub fn stats(&self) -> Call<GetStats> {
        Call::new(self, GetStats)
    }
}

impl Request for GetStats {
    type Output = Stats;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        Ok(Prepared::new("GET /v1/stats", Method::GET, endpoints.stats.clone()))
    }

    fn decode(&self, reply: Reply) -> Result<Stats> {
        reply.json()
    }
}
