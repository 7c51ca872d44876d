//! Takes the text of a manifest and gives it, or says why it cannot be read. A manifest of a later format is refused
//! before anything else in it is looked at.

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use super::{Manifest, VERSION};

/// A manifest that this plgc cannot read.
#[derive(Debug, Error, Diagnostic)]
pub enum Unreadable {
    /// It was written by a later plgc.
    #[error("the manifest has format {found}, this plgc reads up to format {VERSION}")]
    #[diagnostic(code("manifest-too-new"))]
    TooNew {
        /// Its format.
        found: u64,
        /// What to do.
        #[help]
        help: String,
    },
    /// It is no manifest.
    #[error("this is no manifest: {reason}")]
    #[diagnostic(code("manifest-unreadable"), help("write it anew with `plgc compile`"))]
    Malformed {
        /// What is wrong, with line and column.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Head {
    version: u64,
    #[serde(default)]
    plgc: Option<String>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When the text is no manifest, or one of a later format.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let malformed = |error: serde_json::Error| Unreadable::Malformed { reason: error.to_string() };
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.version > u64::from(VERSION) {
            let writer = head.plgc.map_or_else(|| "a later plgc".to_owned(), |version| format!("plgc {version}"));
            return Err(Unreadable::TooNew { found: head.version, help: format!("run it with {writer}") });
        }
        serde_json::from_str(text).map_err(malformed)
    }

    /// The text of a manifest: the same manifest, the same bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by it")]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_later_format_before_anything_else() {
        let error = Manifest::read(r#"{"version": 9, "plgc": "3.0.0", "models": "not a list"}"#).unwrap_err();
        assert_eq!(error.to_string(), format!("the manifest has format 9, this plgc reads up to format {VERSION}"));
        assert_eq!(error.help().unwrap().to_string(), "run it with plgc 3.0.0");
    }

    #[test]
    fn says_where_it_is_no_manifest() {
        let error = Manifest::read("{\n  \"version\": 1,\n").unwrap_err();
        assert!(error.to_string().starts_with("this is no manifest: EOF while parsing"), "{error}");
        assert!(error.to_string().contains("line 3"), "{error}");
    }
}
