//! The schema for editors and the reader agree on what an eval file is.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use twin_eval::{Format, Suite};

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/eval.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// JSON is YAML.
fn reads(file: &Value) -> Result<(), String> {
    Suite::parse(&file.to_string(), Format::Yaml, "a").map(drop).map_err(|error| error.to_string())
}

#[test]
fn the_files_of_this_repository_are_valid_under_both() {
    let schema = &*SCHEMA;
    for name in ["handbook.eval.yaml", "handbook-heldout.eval.yaml"] {
        let path = format!("{}/../fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let suite = Suite::parse(&text, Format::Yaml, name).unwrap();
        assert_eq!(suite.cases().len(), 30, "{name}");
        let file: Value = serde_saphyr::from_str(&text).unwrap();
        assert!(schema.is_valid(&file), "{name}: {:?}", schema.iter_errors(&file).next());
    }
}

/// A value of the kind a field takes, or of another kind.
fn value(field: &'static str) -> impl Strategy<Value = Value> {
    let good = match field {
        "escalates" => any::<bool>().prop_map(Value::from).boxed(),
        "min-confidence" => (0.0..=0.5).prop_map(Value::from).boxed(),
        "max-confidence" => (0.5..=1.0).prop_map(Value::from).boxed(),
        "reason" | "ask" | "id" | "context" => "[a-z]{1,8}".prop_map(Value::from).boxed(),
        _ => prop_oneof![
            "[a-z]{1,8}".prop_map(Value::from),
            prop::collection::vec("[a-z]{1,8}", 1..3).prop_map(Value::from)
        ]
        .boxed(),
    };
    let other = prop_oneof![
        Just(json!({})),
        Just(json!([[]])),
        Just(json!("")),
        Just(json!(" ")),
        Just(json!(1.5)),
        Just(json!(-1)),
        Just(json!("yes")),
        Just(json!([{"a": 1}])),
    ];
    prop_oneof![8 => good, 1 => other]
}

const FIELDS: [&str; 8] = [
    "source",
    "contains",
    "not-contains",
    "matches",
    "escalates",
    "reason",
    "min-confidence",
    "max-confidence",
];

/// Some of the fields, and at times one that is unknown.
fn expect() -> impl Strategy<Value = Value> {
    let fields = prop::sample::subsequence(FIELDS.to_vec(), 1..=3).prop_flat_map(|names| {
        names.into_iter().map(|name| (Just(name.to_owned()), value(name))).collect::<Vec<_>>()
    });
    (fields, prop::option::weighted(0.1, "[a-z]{3,8}")).prop_map(|(fields, unknown)| {
        let mut map: serde_json::Map<String, Value> = fields.into_iter().collect();
        if let Some(unknown) = unknown {
            map.insert(unknown, json!("x"));
        }
        Value::Object(map)
    })
}

fn case() -> impl Strategy<Value = Value> {
    let ask = prop::option::weighted(0.95, value("ask"));
    let context = prop::option::weighted(0.3, value("context"));
    (ask, context, expect()).prop_map(|(ask, context, expect)| {
        let mut case = serde_json::Map::new();
        ask.map(|ask| case.insert("ask".to_owned(), ask));
        context.map(|context| case.insert("context".to_owned(), context));
        case.insert("expect".to_owned(), expect);
        Value::Object(case)
    })
}

proptest! {
    #[test]
    fn the_schema_and_the_reader_agree(case in case(), defaults in prop::option::weighted(0.3, expect())) {
        let mut file = json!({"version": 1, "cases": [case]});
        if let Some(defaults) = defaults {
            file["defaults"] = defaults;
        }
        let schema = &*SCHEMA;
        let (valid, read) = (schema.is_valid(&file), reads(&file));
        prop_assert_eq!(valid, read.is_ok(), "{}\n{:?}\n{:?}", file, read, schema.iter_errors(&file).next().map(|e| e.to_string()));
    }
}
