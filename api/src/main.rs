//! The `remit` binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;

// Reading a policy and moving messages are many small allocations on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match remit_api::cli::Cli::try_parse() {
        Ok(cli) => remit_api::cli::run(cli),
        Err(error) => {
            // Nothing is left to do where even this cannot be printed.
            let _ = error.print();
            // Not clap's 2: that means warnings where policies are checked.
            ExitCode::from(u8::from(error.use_stderr()))
        }
    }
}
