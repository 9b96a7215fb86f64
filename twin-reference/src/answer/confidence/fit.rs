//! Fits the coefficients of the confidence to the questions under `tests/it/kb`, and to those in the files of
//! the directory `QUALITY_KB`. To be run where retrieval, weights or vocabulary have changed:
//! `cargo test -p twin-reference --lib -- --ignored --nocapture fit`.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::Features;
use crate::answer::{extract, judgement, question, retrieve, weigh};
use crate::seed::Seed;
use crate::store::Store;

/// How often a question without an answer counts.
const UNANSWERABLE: f64 = 3.0;
/// Holds the coefficients back where the questions do not call for them.
const RIDGE: f64 = 0.003;
const STEPS: usize = 20_000;

/// What a question's confidence is made of, and whether the knowledge base answers it.
type Example = ([f64; 3], bool);

fn examples(file: &str) -> Vec<Example> {
    let (documents, questions) = file.split_once("\n???\n").expect("a file has questions");
    let documents = documents.split("\n=== ").skip(1).filter_map(|document| document.split_once('\n'));
    let mut store = Store::open(None).unwrap();
    let seeds = documents.map(|(title, content)| Seed::new(title, content));
    store.add_documents(seeds, Timestamp::UNIX_EPOCH).unwrap();
    let questions = questions.lines().filter_map(|line| line.split_at_checked(2));
    let examples = questions.filter_map(|(mark, rest)| {
        let question = rest.split(" => ").next()?;
        let terms = weigh::weigh(&store, question::terms(question)).unwrap();
        let evidence = retrieve::retrieve(&store, question, &terms).unwrap();
        let (_, quoted) = extract::extract(&evidence, &terms);
        let features = Features::of(question, &terms, &quoted)?;
        judgement::judge(question).is_none().then_some((features.values, mark == "+ "))
    });
    examples.collect()
}

fn probability(base: f64, coefficients: [f64; 3], values: [f64; 3]) -> f64 {
    let sum: f64 = values.iter().zip(coefficients).map(|(value, coefficient)| value * coefficient).sum();
    1.0 / (1.0 + (-base - sum).exp())
}

#[test]
#[ignore = "prints, and proves nothing"]
fn fit() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kb");
    let further = std::env::var_os("QUALITY_KB").map(Into::into);
    let files =
        [Some(own), further].into_iter().flatten().flat_map(|directory| fs::read_dir(directory).unwrap());
    let examples: Vec<Example> =
        files.flat_map(|file| examples(&fs::read_to_string(file.unwrap().path()).unwrap())).collect();
    let (mut base, mut coefficients) = (0.0, [0.0; 3]);
    for _ in 0..STEPS {
        let (mut base_slope, mut slopes) = (0.0, coefficients.map(|coefficient| RIDGE * coefficient));
        for (values, answerable) in &examples {
            let weight = if *answerable { 1.0 } else { UNANSWERABLE } / examples.len() as f64;
            let error =
                weight * (probability(base, coefficients, *values) - f64::from(u8::from(*answerable)));
            base_slope += error;
            slopes.iter_mut().zip(values).for_each(|(slope, value)| *slope += error * value);
        }
        base -= base_slope;
        coefficients.iter_mut().zip(slopes).for_each(|(coefficient, slope)| *coefficient -= slope);
    }
    println!("{} questions: BASE {base:.2}, COEFFICIENTS {coefficients:.2?}", examples.len());
    for threshold in [0.4, 0.5, 0.6] {
        let sure = |of: bool| {
            let group = examples.iter().filter(|example| example.1 == of);
            let sure =
                group.clone().filter(|example| probability(base, coefficients, example.0) >= threshold);
            format!("{} of {}", sure.count(), group.count())
        };
        println!("above {threshold}: {} answerable, {} not", sure(true), sure(false));
    }
}
