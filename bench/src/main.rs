//! `remit-bench NAME [--store sqlite|postgres] [--n N]`: JSON lines on standard output, everything else on standard error.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use remit_bench::{Name, Settings, StoreKind};

// As in `remit` itself; peers are measured with the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Remit and prints one JSON line per figure.
#[derive(Debug, Parser)]
#[command(name = "remit-bench", version)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum)]
    name: Name,
    /// Database that `pipeline` and `list` fill; PostgreSQL is the server that REMIT_TEST_POSTGRES_URL names.
    #[arg(long, value_enum, default_value = "sqlite")]
    store: StoreKind,
    /// How many decisions, compilations, texts, messages or conversations; every bench has a number of its own.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    n: Option<u32>,
    /// For `api`: the store of this name, in the folder or on the server. It is made once, used again, and never removed.
    #[arg(long, value_parser = plain_name)]
    keep: Option<String>,
    /// For `pipeline`: do it all again beside this many old messages.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    history: Option<u32>,
    /// Folder for stores and for measuring the disk: on a disk, not in memory [default: the system's temporary folder].
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Folder of the data sets for `classify`; what is missing there is skipped.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/datasets"))]
    datasets: PathBuf,
    /// Model that knows what words mean, for `classify` and `promise`: a folder or a package file, as for `remit model install`.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Which draw of few-shot rows `classify` and `promise` learn from: a seed of the sets' `fewshot.json`.
    #[arg(long, default_value_t = 0)]
    seed: u32,
    /// Thresholds for `promise`, named beforehand, 0 to 1 [default: 0.90,0.93].
    #[arg(long, value_delimiter = ',')]
    from: Vec<f64>,
}

/// A name that is good for a file and for a database.
fn plain_name(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_good = (1..=40).contains(&text.len()) && text.bytes().all(is_plain);
    if is_good { Ok(text.to_owned()) } else { Err("up to 40 of a-z, 0-9 and _".to_owned()) }
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some(child) = remit_bench::crash::child(&given) {
        return live(child);
    }
    let arguments = Arguments::parse();
    if cfg!(debug_assertions) {
        eprintln!("remit-bench: this is a debug build; its figures mean nothing. Use `cargo run --release`.");
    }
    let settings = Settings {
        store: arguments.store,
        count: arguments.n.and_then(|n| usize::try_from(n).ok()),
        keep: arguments.keep,
        history: arguments.history.and_then(|n| usize::try_from(n).ok()),
        folder: arguments.folder.unwrap_or_else(std::env::temp_dir),
        datasets: arguments.datasets,
        model: arguments.model,
        seed: arguments.seed,
        from: arguments.from,
    };
    let ran =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(|runtime| {
            runtime.block_on(remit_bench::run(arguments.name, &settings, &mut |figure| {
                // A reader that went away needs no more lines.
                let _ = writeln!(std::io::stdout(), "{figure}");
            }))
        });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("remit-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// This process is one that the `crash` bench kills.
fn live(child: remit_tests::crash::Child) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(child.live())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
