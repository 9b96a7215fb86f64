//! Usage statistics (`GET /v1/stats`).

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Call, Endpoints, Prepared, Reply, Request};
use crate::client::Twin;
use crate::error::Result;
use crate::wire::{Fields, Lacks};

/// How the twin has been used. A figure that the API does not give, as for a new twin, reads as zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
#[non_exhaustive]
pub struct Stats {
    /// Questions answered.
    pub total_answered: u64,
    /// Of these, questions escalated to a person.
    pub total_escalated: u64,
    /// The mean confidence of the answers, from 0.0 to 1.0.
    pub avg_confidence: f64,
    /// The share of questions that needed no person, from 0.0 to 1.0.
    pub handle_rate: f64,
    /// Minutes of people's time saved.
    pub total_saved_minutes: u64,
    /// Documents in the knowledge base.
    pub kb_doc_count: u64,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<Fields> for Stats {
    type Error = Lacks;

    fn try_from(mut fields: Fields) -> Result<Self, Lacks> {
        const FIGURES: [&str; 6] = [
            "totalAnswered",
            "totalEscalated",
            "avgConfidence",
            "handleRate",
            "totalSavedMinutes",
            "kbDocCount",
        ];
        if !fields.has_any(&FIGURES) {
            return Err(Lacks("every figure"));
        }
        Ok(Self {
            total_answered: fields.count("totalAnswered"),
            total_escalated: fields.count("totalEscalated"),
            avg_confidence: fields.number("avgConfidence"),
            handle_rate: fields.number("handleRate"),
            total_saved_minutes: fields.count("totalSavedMinutes"),
            kb_doc_count: fields.count("kbDocCount"),
            extra: fields.rest(),
        })
    }
}

impl Stats {
    /// Returns the fields that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

/// The request behind [`Twin::stats`].
#[derive(Debug, Clone, Copy)]
pub struct GetStats;

impl Twin {
    /// Reads the usage statistics (`GET /v1/stats`).
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
        reply.read(Stats::try_from)
    }
}
