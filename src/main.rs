//! The command `plgc`: takes argv, gives an exit code. Everything that it does is in
//! `plgc::cli`, where tests reach it.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    plgc::cli::main()
}
