//! Takes the types of a manifest and gives their JSON Schema, which `docs/manifest.schema.json` publishes. A test holds
//! the file to the types, so that it cannot be stale.

use schemars::schema_for;

use super::Manifest;

/// The JSON Schema of a manifest, as text.
#[must_use]
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&schema_for!(Manifest)).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by it")]
mod tests {
    use super::*;

    /// `PLGC_UPDATE=1` writes the file anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test looks at the published files")]
    fn the_published_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.schema.json");
        if std::env::var_os("PLGC_UPDATE").is_some() {
            std::fs::write(path, schema()).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(published == schema(), "docs/manifest.schema.json is stale: run the tests with PLGC_UPDATE=1");
    }
}
