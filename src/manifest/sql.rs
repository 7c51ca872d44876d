//! A statement in a manifest. In JSON it is a list of its lines, so that a change of one line is a change of one line there too;
//! the first format had one text, which is read as well.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A statement, or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sql(String);

impl Sql {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Deref for Sql {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Sql {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Serialize for Sql {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.split('\n'))
    }
}

impl<'de> Deserialize<'de> for Sql {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a statement is a list of its lines")]
        enum Written {
            Lines(Vec<String>),
            Text(String),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::Lines(lines) => lines.join("\n"),
            Written::Text(text) => text,
        }))
    }
}

impl JsonSchema for Sql {
    fn schema_name() -> Cow<'static, str> {
        "Sql".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = <Vec<String>>::json_schema(generator);
        schema.insert("description".to_owned(), "A statement: its lines.".into());
        schema
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by it")]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_its_lines_and_was_a_text() {
        for text in ["", "SELECT 1", "SELECT\n  'a\r\n\n'\n", "\n"] {
            let sql = Sql::from(text);
            let json = serde_json::to_string(&sql).unwrap();
            assert_eq!(serde_json::from_str::<Sql>(&json).unwrap(), sql);
            assert_eq!(serde_json::from_str::<Sql>(&serde_json::to_string(text).unwrap()).unwrap(), sql);
        }
        assert_eq!(serde_json::to_string(&Sql::from("a\n  b")).unwrap(), r#"["a","  b"]"#);
        let wrong = serde_json::from_str::<Sql>("3").unwrap_err();
        assert!(wrong.to_string().starts_with("a statement is a list of its lines"), "{wrong}");
    }
}
