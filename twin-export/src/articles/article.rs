//! An article as an API returns it: one for each language that is told with it.

use serde_json::{Map, Value};

use super::super::Format;

/// An article in one language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Article {
    /// Its id; of a translation, with the language.
    pub(super) key: String,
    pub(super) title: String,
    /// HTML.
    pub(super) body: String,
    pub(super) is_draft: bool,
    /// Where people read it.
    pub(super) address: String,
}

impl Article {
    /// The article of a value, and its translations; nothing when it has no id.
    pub(super) fn all(reader: Format, mut value: Value) -> Option<Vec<Self>> {
        let article = value.as_object_mut()?;
        let id = match article.get("id")? {
            Value::String(id) if !id.trim().is_empty() => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        Some(if reader == Format::Zendesk {
            vec![Self::zendesk(id, article)]
        } else {
            Self::intercom(id, article)
        })
    }

    fn zendesk(id: String, article: &mut Map<String, Value>) -> Self {
        let (locale, source) = (text(article, "locale"), text(article, "source_locale"));
        let is_translation = !locale.is_empty() && locale != source;
        let title = Some(text(article, "title")).filter(|title| !title.trim().is_empty());
        Self {
            key: if is_translation { format!("{id}/{locale}") } else { id },
            title: title.unwrap_or_else(|| text(article, "name")),
            body: text(article, "body"),
            is_draft: article.get("draft").and_then(Value::as_bool).unwrap_or(false),
            address: text(article, "html_url"),
        }
    }

    fn intercom(id: String, article: &mut Map<String, Value>) -> Vec<Self> {
        let own = text(article, "default_locale");
        let translations = article.remove("translated_content");
        let mut all = vec![Self::intercom_content(id.clone(), article)];
        if let Some(Value::Object(translations)) = translations {
            for (locale, content) in translations {
                let Value::Object(mut content) = content else { continue };
                let mut translation = Self::intercom_content(format!("{id}/{locale}"), &mut content);
                // The article's own language is among them.
                let is_own = locale == own || (own.is_empty() && translation.says_as(&all[0]));
                if is_own {
                    continue;
                }
                translation.is_draft |= translation.title.is_empty();
                all.push(translation);
            }
        }
        all
    }

    fn intercom_content(key: String, content: &mut Map<String, Value>) -> Self {
        let is_draft = content.get("state").and_then(Value::as_str) == Some("draft");
        let address = text(content, "url");
        Self { key, title: text(content, "title"), body: text(content, "body"), is_draft, address }
    }

    fn says_as(&self, other: &Self) -> bool {
        self.title == other.title && self.body == other.body
    }
}

/// A field's text, taken out; empty for what is none.
fn text(object: &mut Map<String, Value>, field: &str) -> String {
    match object.get_mut(field) {
        Some(Value::String(text)) => std::mem::take(text),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_translation_is_a_document_of_its_own() {
        let key = |value: Value| Article::all(Format::Zendesk, value).unwrap().remove(0).key;
        assert_eq!(key(json!({"id": 7, "locale": "de", "source_locale": "en-us"})), "7/de");
        assert_eq!(key(json!({"id": 7, "locale": "en-us", "source_locale": "en-us"})), "7");
        // Which language was the first is not always told.
        assert_eq!(key(json!({"id": 7, "locale": "en-us"})), "7/en-us");
        assert_eq!(key(json!({"id": 7})), "7");
        let article = json!({
            "id": "9", "title": "Keys", "body": "<p>a", "state": "published", "default_locale": "en",
            "translated_content": {"type": "article_translated_content", "en": {"title": "Keys", "body": "<p>a"},
                "de": {"title": "Schlüssel", "body": "<p>b", "state": "draft"}, "fr": null},
        });
        let all = Article::all(Format::Intercom, article).unwrap();
        let told: Vec<_> = all.iter().map(|one| (one.key.as_str(), one.is_draft)).collect();
        assert_eq!(told, [("9", false), ("9/de", true)]);
    }

    #[test]
    fn what_has_no_id_is_no_article() {
        for value in [json!({}), json!({"id": null}), json!({"id": " "}), json!(1), json!("a")] {
            assert_eq!(Article::all(Format::Zendesk, value), None);
        }
    }
}
