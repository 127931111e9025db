//! The process that the crash tests kill.

use std::process::ExitCode;

use remit_tests::crash::Child;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(child) = Child::from_arguments(&arguments) else {
        eprintln!("this is started by the crash tests, not by hand");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let lived = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(child.live()));
    match lived {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
