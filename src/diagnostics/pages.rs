//! The pages of `docs/errors`, built into the command: what each code means, with a wrong and a fixed example.
//! A test holds this list and the folder equal.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../../docs/errors/", $code, ".md")))),*]
    };
}

/// Every code with its page, by code.
pub static ALL: &[(&str, &str)] = pages![
    "config-missing-key",
    "config-syntax",
    "config-unknown-destination",
    "config-unknown-key",
    "config-value",
    "file-not-utf-8",
    "file-too-large",
    "file-unreadable",
    "init-would-overwrite",
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
    "missing-project",
    "no-program",
    "outside-failed",
    "project-too-large",
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
    "unknown-code",
    "unknown-engine",
    "unknown-lineage-field",
    "unknown-target",
    "unset-variable",
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
