//! The command `plgc`: argv to an exit code.

fn main() -> std::process::ExitCode {
    plgc::cli::main()
}
