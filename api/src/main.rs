//! The `remit` binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    remit_api::cli::run(remit_api::cli::Cli::parse())
}
