//! `fixtures/api/openapi.yaml`, the payloads beside it and the SDK's types agree.

use serde_json::{Value, json};
use twin_sdk::webhook::Event;
use twin_sdk::{Answer, Document, Escalation, NewDocument, Stats};

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/api")
}

fn description() -> Value {
    let text = std::fs::read_to_string(folder().join("openapi.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn fixture(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Turns what OpenAPI 3.0 says of null into JSON Schema.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let declared = fields["type"].clone();
                fields.insert("type".to_owned(), json!([declared, "null"]));
            }
            fields.values_mut().for_each(as_json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}

/// What a schema of the description has against a value.
fn objections(schema: &Value, value: &Value) -> Vec<String> {
    let mut root = schema.clone();
    let mut components = description()["components"].clone();
    as_json_schema(&mut components);
    as_json_schema(&mut root);
    root["components"] = components;
    let validator = jsonschema::validator_for(&root).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn named(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Every example of the description, with the schema it stands beside.
fn examples(value: &Value, found: &mut Vec<(Value, Value)>) {
    if let (Some(schema), Some(Value::Object(examples))) = (value.get("schema"), value.get("examples")) {
        found.extend(examples.values().map(|example| (schema.clone(), example["value"].clone())));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|field| examples(field, found)),
        Value::Array(items) => items.iter().for_each(|item| examples(item, found)),
        _ => {}
    }
}

#[test]
fn every_example_fits_its_schema() {
    let mut found = Vec::new();
    examples(&description(), &mut found);
    assert!(found.len() >= 18, "{} examples", found.len());
    for (schema, example) in found {
        assert_eq!(objections(&schema, &example), Vec::<String>::new(), "{example}");
    }
}

#[test]
fn the_examples_are_the_payloads_that_stand_beside_it() {
    let mut found = Vec::new();
    examples(&description(), &mut found);
    let mut payloads = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".json") {
            payloads.push((fixture(&name), name));
        }
    }
    for (payload, name) in &payloads {
        assert!(found.iter().any(|(_, example)| example == payload), "{name} is no example");
    }
    for (_, example) in &found {
        assert!(payloads.iter().any(|(payload, _)| payload == example), "no payload beside it: {example}");
    }
}

#[test]
fn a_value_that_breaks_the_contract_does_not_fit() {
    let mut answer = fixture("ask-answer.json");
    answer["confidence"] = json!(1.5);
    assert_eq!(objections(&named("Answer"), &answer).len(), 1);
    answer["confidence"] = json!(null);
    assert!(!objections(&named("Answer"), &answer).is_empty());
}

#[test]
fn what_the_sdk_writes_of_each_type_fits_the_description() {
    fn through<T: serde::Serialize + serde::de::DeserializeOwned>(payload: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(payload.clone()).unwrap()).unwrap()
    }
    let answers = ["ask-answer.json", "ask-quick-answer.json", "ask-answer-escalated.json"];
    let mut written: Vec<(&str, Value)> =
        answers.iter().map(|name| ("Answer", through::<Answer>(&fixture(name)))).collect();
    let (created, got) = (fixture("kb-create-answer.json"), fixture("kb-get-answer.json"));
    let (listed, resolved) = (fixture("kb-list-answer.json"), fixture("escalations-resolve-answer.json"));
    written.extend([
        ("Document", through::<Document>(&created["doc"])),
        ("Document", through::<Document>(&got["doc"])),
        ("Document", through::<Document>(&listed["docs"][0])),
        ("NewDocument", through::<NewDocument>(&fixture("kb-create-request.json"))),
        ("Escalation", through::<Escalation>(&fixture("escalations-list-answer.json")["escalations"][0])),
        ("Escalation", through::<Escalation>(&resolved["escalation"])),
        ("Stats", through::<Stats>(&fixture("stats-answer.json"))),
        ("WebhookEvent", through::<Event>(&fixture("webhook-event.json"))),
    ]);
    for (schema, value) in written {
        assert_eq!(objections(&named(schema), &value), Vec::<String>::new(), "{schema}: {value}");
    }
}

#[test]
fn the_sdk_knows_the_types_and_limits_of_the_description() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let known: Vec<&str> = twin_sdk::DocumentType::KNOWN.iter().map(|known| known.as_str()).collect();
    assert_eq!(json!(known), schemas["DocumentType"]["enum"]);
    let known: Vec<&str> = twin_sdk::EscalationStatus::KNOWN.iter().map(|known| known.as_str()).collect();
    assert_eq!(json!(known), schemas["EscalationStatus"]["enum"]);
    assert_eq!(
        json!(twin_sdk::PAGE_LIMIT),
        description["components"]["parameters"]["Limit"]["schema"]["maximum"]
    );
}
