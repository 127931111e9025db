//! A process that is killed again and again while it works, and what must be true in the end.
//!
//! `child` is the process: an engine that takes in messages and answers each of them, through a provider that keeps a
//! log. [`run`] starts it, kills it at a named [`FailPoint`] or at a random moment, starts it again, and at last lets
//! it finish and counts: what was lost, sent twice, left lying, or sent out of order.

mod child;
mod count;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use remit_engine::failpoint::FailPoint;
use remit_engine::ports::SendClass;

pub use child::{Child, Provider};
pub use count::Counts;

/// What a run of the harness does.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Database, as `--database` takes it.
    pub address: String,
    /// A folder for the provider's log.
    pub folder: PathBuf,
    /// The executable that calls [`Child::from_arguments`] and runs it.
    pub executable: PathBuf,
    /// Arguments before the child's own.
    pub prefix: Vec<String>,
    /// What the provider can say about a send in doubt.
    pub class: SendClass,
    /// How often the process is killed.
    pub kills: usize,
    /// Decides when; the same seed plans the same kills.
    pub seed: u64,
}

/// Messages that come in per round.
const PER_ROUND: usize = 12;
/// Writers; each is one conversation.
pub(crate) const WRITERS: usize = 8;
/// Where in [`FailPoint::ALL`] the points of recovery begin.
const FIRST_RECOVERY: u64 = 5;
/// After so many rounds one is not killed, so that every message was certainly taken in.
const QUIET_EVERY: usize = 8;
/// How far the clock moves from round to round: leases of the dead run out, retries come due.
const ROUND_MS: i64 = 40_000;
/// A child that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A small generator (SplitMix64, Steele, Lea and Flood 2014): the plan of kills follows from the seed alone.
#[derive(Debug)]
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

/// Kills as planned and counts what came of it.
///
/// # Errors
/// A sentence when a child could not be started, failed by itself or hung.
pub async fn run(plan: &Plan) -> Result<Counts, String> {
    let mut random = Seeded(plan.seed);
    let mut counts = Counts { kills: 0, by_point: FailPoint::ALL.map(|_| 0), ..Counts::default() };
    // Messages from `open` on may not have been taken in yet.
    let (mut open, mut known, mut round, mut left_in_doubt) = (0, 0, 0, false);
    while counts.kills < plan.kills {
        round += 1;
        known += PER_ROUND;
        let quiet = round % QUIET_EVERY == 0;
        // One in four kills is at a random moment. A process recovers at its start, and only what another left in doubt.
        let point = match random.below(4) {
            _ if quiet => None,
            0 => None,
            _ if left_in_doubt => Some([FailPoint::RecoverBegun, FailPoint::RecoverAnswered][random.below(2) as usize]),
            _ => FailPoint::ALL.get(random.below(FIRST_RECOVERY) as usize).copied(),
        };
        let recovers = matches!(point, Some(FailPoint::RecoverBegun | FailPoint::RecoverAnswered));
        let nth = if recovers { 1 } else { 1 + random.below(6) };
        let moment = (point.is_none() && !quiet).then(|| Duration::from_millis(20 + random.below(180)));
        let ended = one(plan, round, open..known, point.map(|point| (point, nth)), moment)?;
        match ended {
            Ended::Finished => (open, left_in_doubt) = (known, false),
            Ended::Killed => {
                counts.kills += 1;
                match FailPoint::ALL.iter().position(|known| Some(*known) == point) {
                    Some(at) => counts.by_point.iter_mut().skip(at).take(1).for_each(|count| *count += 1),
                    None => counts.at_random += 1,
                }
                left_in_doubt = matches!(point, Some(FailPoint::SendClaimed | FailPoint::SendAnswered));
            }
        }
    }
    // What a kill left may need several looks: a lease, a look-up, a retry.
    for _ in 0..12 {
        round += 1;
        if one(plan, round * 8, open..known, None, None)? == Ended::Killed {
            return Err("a child died that nobody killed".to_owned());
        }
        open = known;
        count::ended(plan, known, &mut counts).await?;
        if counts.stuck == 0 {
            break;
        }
    }
    Ok(counts)
}

#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Finished,
    Killed,
}

fn one(
    plan: &Plan,
    round: usize,
    messages: std::ops::Range<usize>,
    point: Option<(FailPoint, u64)>,
    moment: Option<Duration>,
) -> Result<Ended, String> {
    let child = Child {
        address: plan.address.clone(),
        log: log(&plan.folder),
        class: plan.class,
        messages,
        ahead_ms: ROUND_MS * i64::try_from(round).unwrap_or(0),
        point,
    };
    let mut process = Command::new(&plan.executable)
        .args(&plan.prefix)
        .args(child.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}` cannot be started: {error}", plan.executable.display()))?;
    let begin = Instant::now();
    loop {
        if let Some(status) = process.try_wait().map_err(|error| error.to_string())? {
            return match status.code() {
                Some(0) => Ok(Ended::Finished),
                // A signal: its own abort at the fail point.
                None if point.is_some() => Ok(Ended::Killed),
                _ => {
                    let mut said = String::new();
                    if let Some(mut from) = process.stderr.take() {
                        let _ = std::io::Read::read_to_string(&mut from, &mut said);
                    }
                    Err(format!("a child ended with {status}: {said}"))
                }
            };
        }
        if moment.is_some_and(|moment| begin.elapsed() >= moment) {
            process.kill().map_err(|error| error.to_string())?;
            process.wait().map_err(|error| error.to_string())?;
            return Ok(Ended::Killed);
        }
        if begin.elapsed() > PATIENCE {
            let _ = process.kill();
            return Err(format!("a child hung for {PATIENCE:?}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn log(folder: &Path) -> PathBuf {
    folder.join("provider.log")
}
