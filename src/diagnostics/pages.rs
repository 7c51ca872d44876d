//! The pages of `docs/errors`, built into the command: what each code means, with a wrong and a fixed example.
//! A test holds this list and the folder equal.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../../docs/errors/", $code, ".md")))),*]
    };
}

/// Every code with its page, by code.
pub static ALL: &[(&str, &str)] = pages![
    "aggregate-arguments",
    "always-empty",
    "always-holds",
    "ambiguous-name",
    "ambiguous-set",
    "bad-date",
    "bad-guard",
    "bad-operands",
    "bad-sql",
    "bad-type",
    "case-types",
    "chained-comparison",
    "compare-with-null",
    "config-missing-key",
    "config-syntax",
    "config-unknown-destination",
    "config-unknown-key",
    "config-value",
    "cyclic-fields",
    "decimal-overflow",
    "delete-without-create",
    "double-quotes",
    "duplicate-assign",
    "duplicate-column",
    "duplicate-field",
    "duplicate-item",
    "duplicate-name",
    "duplicate-stage",
    "duplicate-target-field",
    "duplicate-value",
    "field-hides-column",
    "field-of-event",
    "file-not-utf-8",
    "file-too-large",
    "file-unreadable",
    "fmt-unsound",
    "idle-doc",
    "incomparable",
    "init-would-overwrite",
    "key-type",
    "label-not-allowed",
    "later-declaration",
    "leave-set-value",
    "link-not-unique",
    "link-type",
    "literal-argument",
    "load-file",
    "load-missing-column",
    "load-missing-file",
    "load-null",
    "load-store",
    "load-text",
    "load-two-files",
    "load-value",
    "manifest-engine",
    "manifest-too-new",
    "manifest-unreadable",
    "match-type",
    "misplaced-clause",
    "misplaced-item",
    "misplaced-previous",
    "misplaced-window",
    "missing-at",
    "missing-block",
    "missing-key",
    "missing-leave",
    "missing-match",
    "missing-object",
    "missing-otherwise",
    "missing-project",
    "move-to-itself",
    "never-holds",
    "no-declaration",
    "no-parts",
    "no-program",
    "no-time",
    "not-a-condition",
    "not-a-set",
    "not-of-nullable",
    "not-one-select",
    "not-readable-here",
    "nullable-key",
    "nullable-match",
    "number-too-large",
    "otherwise-not-last",
    "outside-failed",
    "project-too-large",
    "reads-back",
    "reserved-name",
    "reserved-word",
    "row-link-value",
    "row-without-value",
    "run-check",
    "run-declined",
    "run-earlier",
    "run-file",
    "run-guard",
    "run-locked",
    "run-lost",
    "run-manifest",
    "run-setting",
    "run-source",
    "run-state-version",
    "run-statement",
    "run-unreachable",
    "same-target",
    "set-not-readable",
    "set-without-aggregate",
    "shared-match",
    "stray-bracket",
    "stray-comma",
    "sync-from-event",
    "text-after-block",
    "too-deep",
    "too-many-operators",
    "unclosed-block",
    "unclosed-parenthesis",
    "unexpected-argument",
    "unexpected-text",
    "unfinished",
    "unknown-code",
    "unknown-declaration",
    "unknown-engine",
    "unknown-item",
    "unknown-lineage-field",
    "unknown-target",
    "unknown-unit",
    "unknown-zone",
    "unordered",
    "unreachable-stage",
    "unset-variable",
    "unterminated-name",
    "unterminated-sql",
    "unterminated-text",
    "untied-set",
    "unused-field",
    "unused-let",
    "was-still-declared",
    "window-arguments",
    "within-next-after",
    "wrong-argument-count",
    "wrong-operator",
    "wrong-type",
];

/// The page of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort();
        let listed: Vec<&str> = ALL.iter().map(|(code, _)| *code).collect();
        assert_eq!(listed, files, "add the missing codes to `pages!`, in order");
    }
}
