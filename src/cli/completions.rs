//! `plgc completions`: takes the name of a shell, gives the script that completes plgc's words in it. The words are
//! those of the command's own arguments, so none can be missing.

use clap::CommandFactory;
use clap_complete::Shell;

use super::terminal::Terminal;
use super::{Exit, Outcome};

/// Write the completion script of a shell
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn main(args: &Args, terminal: &Terminal) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Args::command(), "plgc", &mut script);
    terminal.out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
