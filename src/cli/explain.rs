//! `plgc explain`: takes the code of a mistake, gives its page with a wrong and a fixed example. Needs no project; a
//! code that is not there is answered with the nearest.

use miette::Diagnostic;

use super::terminal::Terminal;
use super::{Broken, Exit, Outcome};
use crate::diagnostics::{did_you_mean, pages};

/// Explain an error, with a wrong and a fixed example
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, as `check` shows it; without one, all codes are listed
    code: Option<String>,
}

/// A code that no mistake has.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no error has the code `{code}`")]
#[diagnostic(code("unknown-code"))]
struct UnknownCode {
    code: String,
    #[help]
    help: String,
}

pub(super) fn main(args: &Args, terminal: &Terminal) -> Outcome {
    let Some(code) = &args.code else {
        terminal.out(&pages::ALL.iter().map(|(code, _)| format!("{code}\n")).collect::<String>())?;
        return Ok(Exit::Done);
    };
    let Some(page) = pages::find(code) else {
        let help = did_you_mean(code, pages::ALL.iter().map(|(code, _)| *code)).map_or_else(
            || "`plgc explain` lists all codes".to_owned(),
            |similar| format!("did you mean `{similar}`?"),
        );
        return Err(Broken::new(Exit::Usage, UnknownCode { code: code.clone(), help }));
    };
    terminal.out(page)?;
    Ok(Exit::Done)
}
