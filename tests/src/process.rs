//! Runs the real binary, in a folder of its own and with nothing of the caller's environment.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a command may take before it counts as hanging.
const LONGEST: Duration = Duration::from_secs(120);
/// How long between two looks at a process that has not ended yet.
const LOOK: Duration = Duration::from_millis(10);

/// The `remit` binary and the folder it runs in. The folder goes with it.
#[derive(Debug)]
pub struct Remit {
    binary: PathBuf,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// A command that has ended.
#[derive(Debug)]
#[must_use = "look at its exit code and what it printed"]
pub struct Ran {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed, as text.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Ran {
    /// Exit code, output and messages as one text, for snapshots.
    #[must_use]
    pub fn all(&self) -> String {
        let code = self.code.map_or_else(|| "signal".to_owned(), |code| code.to_string());
        format!("exit code: {code}\n----- stdout -----\n{}----- stderr -----\n{}", self.stdout, self.stderr)
    }

    /// The JSON objects it printed, one a line.
    ///
    /// # Panics
    /// When a line is no JSON.
    #[must_use]
    #[expect(clippy::panic, reason = "a harness fails loudly")]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in `{line}`; {self:?}"));
        self.stdout.lines().map(read).collect()
    }
}

#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a harness fails loudly")]
impl Remit {
    /// The binary at this path, in a fresh folder.
    #[must_use]
    pub fn at(binary: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { binary: binary.into(), folder, environment: Vec::new() }
    }

    /// With this variable set, for every command.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder that commands run in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder; parent folders are made.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.folder().join(name);
        let parent = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(parent).expect("a folder");
        std::fs::write(path, contents).expect("a file");
    }

    /// Runs a command to its end, with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    /// Runs a command to its end with these bytes on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("standard input");
        let input = input.to_vec();
        // A command that does not read its input closes it: that is no failure.
        let writing = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let (stdout, stderr) = (read_all(child.stdout.take()), read_all(child.stderr.take()));
        let status = wait(&mut child, LONGEST).unwrap_or_else(|| {
            drop(child.kill());
            child.wait().expect("an exit status")
        });
        let text = |bytes: Receiver<String>| bytes.recv().expect("its output");
        writing.join().expect("its input is written");
        Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Starts a command that goes on until it is told to stop.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Process {
        let mut child = self.command(arguments).stdin(Stdio::null()).spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let stderr = read_all(child.stderr.take());
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Process { child, lines, stderr }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.folder()).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A command that is still running. It is killed when this goes away.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    stderr: Receiver<String>,
}

#[expect(clippy::expect_used, clippy::panic, clippy::missing_panics_doc, reason = "a harness fails loudly")]
impl Process {
    /// Waits for a line of standard output that begins so, and gives the rest of it.
    #[must_use]
    pub fn wait_for(&mut self, beginning: &str) -> String {
        let until = Instant::now() + LONGEST;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(beginning) {
                        return rest.to_owned();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("`{beginning}` was not printed within {LONGEST:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    let said = self.stderr.recv_timeout(LONGEST).unwrap_or_default();
                    panic!("it ended without printing `{beginning}`: {said}");
                }
            }
        }
    }

    /// Sends SIGTERM and waits for the end: the exit code, what was said meanwhile, and how long it took.
    pub fn terminate(mut self) -> (Ran, Duration) {
        let started = Instant::now();
        kill_process(self.pid(), Signal::TERM).expect("a signal");
        let status = wait(&mut self.child, LONGEST).expect("it ends when told to");
        let took = started.elapsed();
        let stderr = self.stderr.recv_timeout(LONGEST).expect("its messages");
        let stdout = self.lines.iter().map(|line| line + "\n").collect();
        (Ran { code: status.code(), stdout, stderr }, took)
    }

    /// True until it has ended by itself.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("an exit status");
    }

    fn pid(&self) -> Pid {
        let id = i32::try_from(self.child.id()).expect("a process id");
        Pid::from_raw(id).expect("a process id is not 0")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn wait(child: &mut Child, longest: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + longest;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Reads to the end on a thread, so that a full pipe never stops the command.
fn read_all(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            drop(from.read_to_end(&mut bytes));
        }
        drop(sender.send(String::from_utf8_lossy(&bytes).into_owned()));
    });
    receiver
}
