//! The command line: one file per command. Data goes to standard output, everything else to standard error.

mod accounts;
mod audit;
mod calibrate;
mod catalogue;
mod certify;
mod channel;
mod check;
mod classify;
mod compare;
mod counted;
mod demo;
mod diff;
mod doc;
mod doctor;
mod events;
mod explain;
mod explain_code;
mod files;
mod fmt;
mod ingest;
mod inspect;
mod jobs;
mod key;
mod llm;
mod lock;
mod matrix;
mod mcp;
mod model;
mod moment;
mod packs;
mod plot;
mod policy;
mod prove;
mod quality;
mod replay;
mod report;
mod revision;
mod serve;
mod shell;
mod simulate;
mod simulated;
mod table;
mod test;
mod train;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// An inbox where a small, typed, exact policy decides what the AI may send on its own
#[derive(Debug, Parser)]
#[command(name = "remit", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command understands
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder for the database, the server's key and the outbox
    #[arg(long, global = true, env = "REMIT_DATA", value_name = "DIR", default_value = "remit-data")]
    pub(crate) data: PathBuf,
    /// Database: a SQLite file or a postgres:// URL [default: remit.db in the data folder]
    #[arg(long, global = true, env = "REMIT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Send mail by this SMTP server, such as smtp://user:password@host:587?tls=required [default: an outbox on disk]
    #[arg(long, global = true, env = "REMIT_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) smtp: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check policy files
    Check(check::CheckArgs),
    /// Run the tests inside policy files
    Test(test::TestArgs),
    /// Lay policies out in the canonical way
    Fmt(fmt::FmtArgs),
    /// Show a policy as a JSON tree, or make one from it
    Tree(fmt::TreeArgs),
    /// Explain a decision, and what would have to be otherwise
    Explain(explain::ExplainArgs),
    /// Explain a diagnostic code
    ExplainCode(explain_code::ExplainCodeArgs),
    /// Pin what policies import
    Lock(lock::LockArgs),
    /// Show what becomes of every intent and action, as tables
    Matrix(matrix::MatrixArgs),
    /// List what a policy answers, and how
    Intents(catalogue::IntentsArgs),
    /// List what rules can read, who sets it, and which rules read it
    Facts(catalogue::FactsArgs),
    /// Tell a policy in plain prose, for auditors
    Doc(doc::DocArgs),
    /// Prove the claims of a policy, or claims asked here
    Prove(prove::ProveArgs),
    /// Tell what a change of a policy means
    Diff(compare::DiffArgs),
    /// Show what would become of messages under a policy, without sending or storing anything
    Simulate(simulate::SimulateArgs),
    /// Tell what recorded traffic would have become under another policy
    Replay(replay::ReplayArgs),
    /// Show how Remit reads a mail
    Inspect(inspect::InspectArgs),
    /// Show which intent the policy's examples give each text
    Classify(classify::ClassifyArgs),
    /// Tell how good a classifier the examples of a policy make
    Train(train::TrainArgs),
    /// Tell what sending from which confidence on would come to
    Calibrate(calibrate::CalibrateArgs),
    /// Show what labels prove about the answers that would leave, and ask for a certificate
    Certify(certify::CertifyArgs),
    /// Install and choose models that know what words mean
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Store mails and work on them
    Ingest(ingest::IngestArgs),
    /// Serve the API and work on messages
    Serve(serve::ServeArgs),
    /// Work on messages without serving the API (PostgreSQL)
    Worker(serve::WorkerArgs),
    /// Bring the database's schema up to date
    Migrate,
    /// List, retry and cancel the work that waits or has failed
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// List, add and switch channels
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    /// List policy versions and put one in force
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Check the ledger of decisions
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Follow the event log
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// List, add and change the people inside
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make and end API keys
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Look at everything that has to be right, and say what is not
    Doctor(doctor::DoctorArgs),
    /// Serve an AI client over standard input and output (Model Context Protocol): it reads, drafts and asks
    Mcp(mcp::McpArgs),
    /// Print the API's OpenAPI document
    Openapi,
}

/// Why a command ended without doing its work: a message for people, and where there is one a hint.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: 1 }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) const fn code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// Exit code where nobody reads what is printed: that of a program ended by SIGPIPE, as a shell shows it.
const GONE: i32 = 141;

/// What a command came to: its exit code, or why it failed.
pub(crate) type Done = Result<u8, Failure>;

/// Runs the command line and gives the exit code.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let Cli { global, command } = cli;
    if !matches!(command, Command::Serve(_) | Command::Worker(_)) {
        end_quietly_without_a_reader();
    }
    let done = match command {
        Command::Check(args) => check::check(&global, &args),
        Command::Test(args) => test::test(&global, &args),
        Command::Fmt(args) => fmt::fmt(&global, &args),
        Command::Tree(args) => fmt::tree(&global, &args),
        Command::ExplainCode(args) => explain_code::run(&global, &args),
        Command::Explain(args) => explain::run(global, args),
        Command::Lock(args) => lock::run(&global, &args),
        Command::Matrix(args) => matrix::run(&global, &args),
        Command::Intents(args) => catalogue::intents(&global, &args),
        Command::Facts(args) => catalogue::facts(&global, &args),
        Command::Doc(args) => doc::run(&global, &args),
        Command::Prove(args) => prove::run(&global, &args),
        Command::Diff(args) => compare::run(&global, &args),
        Command::Inspect(args) => inspect::run(&global, &args),
        Command::Classify(args) => classify::run(&global, &args),
        Command::Simulate(args) => simulate::run(&global, &args),
        Command::Openapi => openapi(),
        Command::Train(args) => train::run(&global, &args),
        Command::Calibrate(args) => calibrate::start(global, args),
        Command::Certify(args) => shell::block_on(certify::run(global, args)),
        Command::Model(command) => shell::block_on(model::run(global, command)),
        Command::Ingest(args) => shell::block_on(ingest::run(global, args)),
        Command::Serve(args) => shell::block_on(serve::serve(global, args)),
        Command::Worker(args) => shell::block_on(serve::worker(global, args)),
        Command::Replay(args) => shell::block_on(replay::run(global, args)),
        Command::Migrate => shell::block_on(migrate(global)),
        Command::Channel(command) => shell::block_on(channel::run(global, command)),
        Command::Jobs(command) => shell::block_on(jobs::run(global, command)),
        Command::Doctor(args) => shell::block_on(doctor::run(global, args)),
        Command::Policy(command) => shell::block_on(policy::run(global, command)),
        Command::Audit(command) => shell::block_on(audit::run(global, command)),
        Command::Events(command) => shell::block_on(events::run(global, command)),
        Command::User(command) => shell::block_on(user::run(global, command)),
        Command::Mcp(args) => shell::block_on(mcp::run(global, args)),
        Command::Key(command) => shell::block_on(key::run(global, command)),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            if let Some(hint) = failure.hint {
                eprintln!("hint: {hint}");
            }
            ExitCode::from(failure.code)
        }
    }
}

/// `remit doc ... | head`: a reader that has read enough goes away. Printing then panics, which is no defect to tell of.
fn end_quietly_without_a_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>();
        if message.is_some_and(|text| text.starts_with("failed printing to std") && text.contains("Broken pipe")) {
            std::process::exit(GONE);
        }
        usual(panic);
    }));
}

fn openapi() -> Done {
    println!("{}", serde_json::to_string_pretty(&crate::http::openapi())?);
    Ok(0)
}

async fn migrate(global: Global) -> Done {
    let shell = shell::Shell::open(&global).await?;
    eprintln!("the schema of {} is up to date", shell.place());
    Ok(0)
}
