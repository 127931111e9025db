//! What commands that touch the store share: where the data is, who owns it, and an engine over it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use remit_engine::adapters::{OutboundRouter, Outbox, Providers, SmtpOutbound};
use remit_engine::clock::{SystemClock, SystemIds};
use remit_engine::egress::Egress;
use remit_engine::ports::Outbound;
use remit_engine::store::{Address, Db, Dialect};
use remit_engine::{Engine, Options, Parts};

use super::llm::LlmArgs;
use super::{Done, Failure, Global, model};

/// Runs an async command to its end.
pub(crate) fn block_on(command: impl Future<Output = Done>) -> Done {
    wait_for(command)
}

/// Runs the part of a command that needs the store to its end.
pub(crate) fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("REMIT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,html5ever=error,remit_api=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // A blocking call that hangs, in a file system or a resolver, does not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(500));
    done
}

/// An engine over the data that the global options name.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) engine: Engine,
    pub(crate) master_key: [u8; 32],
    pub(crate) data: PathBuf,
    /// What channels need that are spoken with providers.
    pub(crate) providers: Providers,
    address: Address,
    /// Held while this process is the one that works on a SQLite store.
    owner: Option<File>,
}

impl Shell {
    pub(crate) async fn open(global: &Global) -> Result<Self, Failure> {
        Self::open_with(global, Options::default(), Egress::default(), &LlmArgs::default()).await
    }

    /// The same for an engine with options and a language model of its own, whose channels call their providers by
    /// `egress`.
    pub(crate) async fn open_with(
        global: &Global,
        options: Options,
        egress: Egress,
        llm: &LlmArgs,
    ) -> Result<Self, Failure> {
        let data = global.data.clone();
        std::fs::create_dir_all(&data)
            .map_err(|error| Failure::new(format!("cannot use the data folder `{}`: {error}", data.display())))?;
        let address: Address = match &global.database {
            Some(address) => address.parse()?,
            None => Address::Sqlite(data.join("remit.db")),
        };
        let master_key = master_key(&data)?;
        let db = Db::open(&address).await.map_err(|error| {
            Failure::new(error.to_string()).hint("check --database and whether the server is running")
        })?;
        let outbox: Arc<dyn Outbound> = Arc::new(Outbox::new(data.join("outbox")));
        let smtp = match &global.smtp {
            Some(url) => Some(SmtpOutbound::from_url(url)?),
            None => None,
        };
        let providers = Providers::new(&master_key, egress, Arc::new(SystemClock));
        let parts = Parts {
            db,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::new(SystemClock)),
            models: llm.models(&master_key, model::local(&data)?)?,
            outbound: Arc::new(OutboundRouter::new(outbox, smtp).with_providers(providers.clone())),
        };
        let options = Options { reply_tokens: Some(providers.tokens()), ..options };
        let engine = Engine::with(parts, options).await?;
        Ok(Self { engine, master_key, data, providers, address, owner: None })
    }

    /// The database, for people; never with a password.
    pub(crate) fn place(&self) -> String {
        match &self.address {
            Address::Sqlite(path) => path.display().to_string(),
            Address::Postgres(url) => {
                let host = url.rsplit_once('@').map_or(url.as_str(), |(_, host)| host);
                format!("PostgreSQL at {}", host.trim_start_matches("postgres://").trim_start_matches("postgresql://"))
            }
        }
    }

    /// Becomes the process that works on the store. Any number may on PostgreSQL, one on SQLite: `false` when
    /// another process already does.
    pub(crate) fn own(&mut self) -> Result<bool, Failure> {
        let Address::Sqlite(path) = &self.address else { return Ok(true) };
        let lock = path.with_extension("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock)?;
        match file.try_lock() {
            Ok(()) => {
                self.owner = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(Failure::new(format!("cannot lock `{}`: {error}", lock.display()))),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.engine.db().dialect()
    }

    pub(crate) fn outbox(&self) -> PathBuf {
        self.data.join("outbox")
    }

    /// Random bytes for a key.
    pub(crate) fn random() -> [u8; 32] {
        rand::random()
    }
}

/// The server's key: from `REMIT_SECRET_KEY` (64 hex digits) where several machines share a store, else a file that
/// is made on the first start.
fn master_key(data: &Path) -> Result<[u8; 32], Failure> {
    let decode = |text: &str, place: &str| -> Result<[u8; 32], Failure> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
            Failure::new(format!("{place} must be 64 hexadecimal digits"))
                .hint("make one with: head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n'")
        })
    };
    if let Ok(text) = std::env::var("REMIT_SECRET_KEY") {
        return decode(&text, "REMIT_SECRET_KEY");
    }
    let path = data.join("secret.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => return decode(&text, &format!("`{}`", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::new(format!("cannot read `{}`: {error}", path.display()))),
    }
    let key = Shell::random();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            file.write_all(data_encoding::HEXLOWER.encode(&key).as_bytes())?;
            file.sync_all()?;
            Ok(key)
        }
        // Another process was faster; its key is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            decode(&std::fs::read_to_string(&path)?, &format!("`{}`", path.display()))
        }
        Err(error) => Err(Failure::new(format!("cannot make `{}`: {error}", path.display()))),
    }
}
