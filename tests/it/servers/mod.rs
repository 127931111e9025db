//! Mail servers of Debian, started here as ordinary processes with a configuration and a folder of their own, on loopback
//! only: dovecot for IMAP, postfix for SMTP. `tests/run` installs them; where one is missing, its tests say so.

mod dkim;
mod imap;
mod postfix;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(90);

/// A port of loopback that nobody has.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server's process; it ends with the test.
struct Server(Child);

impl Server {
    /// Starts a program and waits until it listens on the port.
    fn start(program: &Path, arguments: &[&str], log: &Path, port: u16) -> Self {
        let out = std::fs::File::create(log).unwrap();
        let both = out.try_clone().unwrap();
        let child = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(out).stderr(both).spawn();
        let mut server = Self(child.unwrap());
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.0.try_wait().unwrap();
            let said = std::fs::read_to_string(log).unwrap_or_default();
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "{} does not listen: {said}", program.display());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

/// The program's path, where it is installed; said loudly where it is not.
fn installed(test: &str, program: &str) -> Option<std::path::PathBuf> {
    let found = ["/usr/sbin", "/usr/bin", "/sbin"].iter().map(|folder| Path::new(folder).join(program));
    let found = found.into_iter().find(|path| path.exists());
    if found.is_none() {
        remit_tests::skipped(test, &format!("`{program}` is not installed"));
    }
    found
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it took too long until {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
