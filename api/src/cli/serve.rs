//! `remit serve` and `remit worker`: the same program, with and without the API.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use remit_engine::adapters::MailDrop;
use remit_engine::adapters::smtp_in::Protocol;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::egress::{Allowed, Egress};
use remit_engine::mailboxes;
use remit_engine::mailroom::{self, EngineMailroom};
use remit_engine::media;
use remit_engine::store::{Dialect, LinkKind};
use remit_engine::webhooks::deliver;
use remit_engine::{Engine, Options};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::llm::LlmArgs;
use super::shell::Shell;
use super::simulated::Simulated;
use super::{Done, Failure, Global, channel, demo, key, policy, simulated};
use crate::http;

#[derive(Debug, Args)]
#[command(after_help = "Example: remit serve --demo")]
pub(crate) struct ServeArgs {
    /// Load the default policy and a set of demo messages over all five channels, and show what becomes of them
    #[arg(long)]
    demo: bool,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: std::net::IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, env = "REMIT_PORT", default_value_t = 7878)]
    port: u16,
    /// Policy to put in force [default: the one in force, else one under which nothing leaves without a person]
    #[arg(long, env = "REMIT_POLICY", value_name = "PATH")]
    policy: Option<PathBuf>,
    /// Take in mail that is dropped into this maildir or folder of .eml files
    #[arg(long, env = "REMIT_MAILDIR", value_name = "DIR")]
    maildir: Option<PathBuf>,
    /// Take mail in by SMTP at this address, for the addresses of mail channels
    #[arg(long, env = "REMIT_SMTP_LISTEN", value_name = "ADDRESS")]
    smtp_listen: Option<SocketAddr>,
    /// Take mail in by LMTP at this address, from a mail server beside this one
    #[arg(long, env = "REMIT_LMTP_LISTEN", value_name = "ADDRESS")]
    lmtp_listen: Option<SocketAddr>,
    #[command(flatten)]
    egress: EgressArgs,
    /// Address at which browsers find the server, such as https://inbox.example.com; by https, their cookie is safer
    #[arg(long, env = "REMIT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Requests that one key or session may make a minute; a quarter of them at once. 0 for no limit
    #[arg(long, env = "REMIT_MOST_REQUESTS", value_name = "NUMBER", default_value_t = 6_000)]
    most_requests: u32,
    /// Let pages of this origin, such as https://inbox.example.com, ask the API from a browser, with a key of their own
    #[arg(long, env = "REMIT_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',', value_parser = http::origin)]
    cors_origin: Vec<axum::http::HeaderValue>,
    /// Believe proxies of this network who they say that they ask for (X-Forwarded-For): a key may be limited to networks
    #[arg(long, env = "REMIT_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',', value_parser = http::network)]
    trusted_proxy: Vec<Allowed>,
    #[command(flatten)]
    llm: LlmArgs,
    /// Serve the API only; workers run in other processes (PostgreSQL)
    #[arg(long)]
    no_worker: bool,
    #[command(flatten)]
    running: Running,
}

#[derive(Debug, Args)]
pub(crate) struct EgressArgs {
    /// Let webhooks be posted to this network, address or host although it is not of the public internet; also by http
    #[arg(long, env = "REMIT_EGRESS_ALLOW", value_name = "CIDR|HOST", value_delimiter = ',')]
    egress_allow: Vec<Allowed>,
}

#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    #[command(flatten)]
    egress: EgressArgs,
    /// Policy to put in force [default: the one in force]
    #[arg(long, env = "REMIT_POLICY", value_name = "PATH")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    llm: LlmArgs,
    #[command(flatten)]
    running: Running,
}

/// How a process that goes on behaves under load, at its end, and what it shows of itself
#[derive(Debug, Args)]
pub(crate) struct Running {
    /// When told to stop, be gone after this time: steps in progress that take longer are released and resumed later
    #[arg(long, env = "REMIT_STOP_WITHIN", value_name = "TIME", default_value = "30s", value_parser = time)]
    stop_within: Duration,
    /// A message that waited longer before anybody began with it goes to a person; `never` for however late
    #[arg(long, env = "REMIT_LONGEST_WAIT", value_name = "TIME", default_value = "1h", value_parser = time_or_never)]
    longest_wait: OrNever,
    /// While more messages are due than this, they go to people instead of being answered late; 0 for no limit
    #[arg(long, env = "REMIT_MOST_WAITING", value_name = "NUMBER", default_value_t = 100_000)]
    most_waiting: usize,
    /// Serve what is counted for Prometheus at http://ADDRESS/metrics, without a key [default: on the API, with a key]
    #[arg(long, env = "REMIT_METRICS", value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
}

/// A time that may be without end.
#[derive(Debug, Clone, Copy)]
struct OrNever(Option<Duration>);

fn time(text: &str) -> Result<Duration, String> {
    let read = text.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    read.filter(|time| !time.is_zero()).ok_or_else(|| "write a time such as 30s, 5m or 1h".to_owned())
}

fn time_or_never(text: &str) -> Result<OrNever, String> {
    if text == "never" { Ok(OrNever(None)) } else { time(text).map(|time| OrNever(Some(time))) }
}

impl Running {
    fn options(&self) -> Options {
        Options {
            // What is left is for what comes after the steps: leases, the writer, the connections.
            shutdown: self.stop_within.mul_f64(0.9),
            longest_wait: self.longest_wait.0,
            most_waiting: Some(self.most_waiting).filter(|most| *most > 0),
            ..Options::default()
        }
    }

    /// Serves the metrics until stopped, where an address is named for them.
    async fn serve_metrics(&self, engine: &Engine, stop: &CancellationToken) -> Result<(), Failure> {
        let Some(address) = self.metrics else { return Ok(()) };
        let listener = listen(address, "--metrics").await?;
        eprintln!("metrics   http://{}/metrics", listener.local_addr()?);
        let (app, stop) = (http::metrics_router(engine.clone()), stop.clone());
        tokio::spawn(async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
            if let Err(error) = served {
                tracing::error!(%error, "the metrics are not served any more");
            }
        });
        Ok(())
    }

    /// Waits for `work`, but no longer than the time after the stop. Gives nothing where it took too long.
    async fn in_time<T>(&self, stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = async { stop.cancelled().await; tokio::time::sleep(self.stop_within).await } => None,
        }
    }
}

async fn listen(address: SocketAddr, option: &str) -> Result<tokio::net::TcpListener, Failure> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("cannot listen on {address}: {error}"))
            .hint(format!("name another {option}, or 0 for any free one"))
    })
}

pub(crate) async fn serve(mut global: Global, args: ServeArgs) -> Done {
    if args.demo && global.database.is_none() {
        // The demo keeps to itself: it never mixes with a real inbox.
        global.data = global.data.join("demo");
    }
    let mut allowed = args.egress.egress_allow.clone();
    let sim = if args.demo { Some(simulated::start(&mut allowed).await?) } else { None };
    let egress = Egress::new(allowed);
    let mut shell = Shell::open_with(&global, args.running.options(), egress.clone(), &args.llm).await?;
    if args.no_worker && shell.dialect() == Dialect::Sqlite {
        return Err(Failure::new("--no-worker needs PostgreSQL: a SQLite store has one process that does everything"));
    }
    if !shell.own()? {
        return Err(Failure::new(format!("another remit process already works on {}", shell.place()))
            .hint("stop it, or name another --data folder"));
    }
    let listener = listen(SocketAddr::new(args.host, args.port), "--port").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let site = args.public_url.as_deref().map(http::Site::at).transpose().map_err(Failure::new)?;
    let fallback = if args.demo { "default.remit" } else { "starter.remit" };
    policy::settle(&shell, args.policy.as_deref(), fallback).await?;

    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    args.running.serve_metrics(&shell.engine, &stop).await?;
    let workers = (!args.no_worker).then(|| spawn_workers(shell.engine.clone(), stop.clone()));
    if let Some(folder) = args.maildir {
        let channel = channel::ensure(&shell, ChannelKind::Email, "Support", "inbox@localhost").await?;
        tokio::spawn(watch(shell.engine.clone(), channel, MailDrop::new(folder), stop.clone()));
    }
    for (address, protocol, option) in
        [(args.smtp_listen, Protocol::Smtp, "--smtp-listen"), (args.lmtp_listen, Protocol::Lmtp, "--lmtp-listen")]
    {
        let Some(address) = address else { continue };
        let listener = listen(address, option).await?;
        eprintln!("{:<9} {}", option.trim_start_matches("--").trim_end_matches("-listen"), listener.local_addr()?);
        let mailroom = EngineMailroom::new(shell.engine.clone(), DEFAULT_WORKSPACE);
        tokio::spawn(mailroom::listen(mailroom, listener, "remit".to_owned(), protocol, stop.clone()));
    }
    let (mailboxes, media) = spawn_fetchers(&shell, &stop);
    let webhooks = tokio::spawn(deliver::run(shell.engine.clone(), egress.clone(), shell.master_key, stop.clone()));
    let streams = {
        let (engine, stop) = (shell.engine.clone(), stop.clone());
        tokio::spawn(async move {
            stop.cancelled().await;
            // A stream has no end of its own, and the server waits for those who are connected.
            engine.events().close();
        })
    };
    let app = http::App::new(shell.engine.clone(), shell.master_key);
    let app = app.with_egress(egress).with_site(site.unwrap_or_default()).with_rate(Some(args.most_requests));
    let app = app.with_origins(args.cors_origin).with_proxies(args.trusted_proxy);
    let router = http::router(app);
    let simulated = sim.map(|sim| Simulated::new(sim, url.clone(), router.clone()));
    let server = {
        let stop = stop.clone();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        async move { axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await }
    };
    let mut server = tokio::spawn(server);
    if let Some(simulated) = simulated {
        // The rep first: what comes in is unread for those who are there.
        let (_, key) = key::create(&shell, "demo@localhost", "Demo", "owner", key::Limits::default()).await?;
        let password = demo::people(&shell, args.host.is_loopback()).await?;
        let fates = demo::play(&shell, &simulated).await?;
        tokio::spawn(simulated.tell(stop.clone()));
        demo::print(&shell, &fates, &url, &key);
        demo::print_people(&password);
        println!("ready {url} key={key}");
    } else {
        eprintln!("database  {}", shell.place());
        eprintln!("outbox    {}", shell.outbox().display());
        eprintln!("a key     remit key create --email you@example.com");
        if shell.engine.needs_set_up().await? {
            let (token, token_sha256) = http::fresh_token();
            shell.engine.make_link(LinkKind::SetUp, None, token_sha256, "remit serve").await?;
            let page = http::Site::at(args.public_url.as_deref().unwrap_or(&url)).map_err(Failure::new)?;
            eprintln!("set up    {}  (good once, for a day)", page.page(&format!("setup?token={token}")));
        }
        println!("ready {url}");
    }
    let ended = args.running.in_time(&stop, async {
        (&mut server).await??;
        if let Some(workers) = workers {
            workers.await?;
        }
        streams.await?;
        webhooks.await?;
        mailboxes.await?;
        media.await?;
        shell.engine.db().close().await;
        Ok::<_, Failure>(())
    });
    match ended.await {
        Some(ended) => ended?,
        None => {
            tracing::warn!("stopped before everything had ended; what was in progress is resumed on the next start")
        }
    }
    Ok(0)
}

pub(crate) async fn worker(global: Global, args: WorkerArgs) -> Done {
    let egress = Egress::new(args.egress.egress_allow.clone());
    let shell = Shell::open_with(&global, args.running.options(), egress.clone(), &args.llm).await?;
    if shell.dialect() == Dialect::Sqlite {
        return Err(Failure::new(
            "`remit worker` needs PostgreSQL: a SQLite store has one process that does everything",
        )
        .hint("use `remit serve`, or name --database postgres://..."));
    }
    policy::settle(&shell, args.policy.as_deref(), "starter.remit").await?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    args.running.serve_metrics(&shell.engine, &stop).await?;
    println!("ready worker on {}", shell.place());
    let webhooks = tokio::spawn(deliver::run(shell.engine.clone(), egress, shell.master_key, stop.clone()));
    let (mailboxes, media) = spawn_fetchers(&shell, &stop);
    let ended = args.running.in_time(&stop, async {
        spawn_workers(shell.engine.clone(), stop.clone()).await?;
        webhooks.await?;
        mailboxes.await?;
        media.await?;
        shell.engine.db().close().await;
        Ok::<_, Failure>(())
    });
    match ended.await {
        Some(ended) => ended?,
        None => tracing::warn!("stopped before everything had ended; what was in progress is resumed later"),
    }
    Ok(0)
}

/// Reads mailboxes, and fetches files that providers keep, until told to stop. Of several processes one has each.
fn spawn_fetchers(shell: &Shell, stop: &CancellationToken) -> (JoinHandle<()>, JoinHandle<()>) {
    let own = || (shell.engine.clone(), shell.providers.clone(), stop.clone());
    let (engine, providers, ends) = own();
    let mailboxes = tokio::spawn(mailboxes::read_all(engine, providers, DEFAULT_WORKSPACE.to_owned(), ends));
    let (engine, providers, ends) = own();
    (mailboxes, tokio::spawn(media::run(engine, providers, ends)))
}

/// Runs the workers until told to stop.
fn spawn_workers(engine: Engine, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move { engine.run(stop.cancelled_owned()).await })
}

/// SIGINT and SIGTERM end the process in good order; a second one ends it at once. From the return on, none is missed.
fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let mut one = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        one().await;
        stop.cancel();
        one().await;
        tracing::warn!("stopped at once; what was in progress is resumed on the next start");
        std::process::exit(130);
    });
    Ok(())
}

/// Takes in what is dropped into a folder: stored first, then moved away.
async fn watch(
    engine: Engine,
    channel: remit_engine::store::rows::ChannelRow,
    folder: MailDrop,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let waiting = folder.list(200).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read the mail folder; trying again");
            Vec::new()
        });
        for path in waiting {
            if let Err(error) = take_in(&engine, &channel, &folder, &path).await {
                tracing::warn!(path = %path.display(), error = error.message, "a mail was not taken in; trying again");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn take_in(
    engine: &Engine,
    channel: &remit_engine::store::rows::ChannelRow,
    folder: &MailDrop,
    path: &std::path::Path,
) -> Result<(), Failure> {
    let raw = folder.read(path).await?;
    engine.take_mail(channel, "maildir", &raw).await?;
    folder.accept(path).await?;
    Ok(())
}
