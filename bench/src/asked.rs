//! A caller that keeps its connection: as little HTTP/1.1 as it takes to ask and to read the answer.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::BenchError;

/// A connection to a server on this machine.
#[derive(Debug)]
pub(crate) struct Asked {
    stream: TcpStream,
    buffer: Vec<u8>,
    head: String,
}

impl Asked {
    /// Connects; every request carries this key.
    pub(crate) async fn connect(at: SocketAddr, key: &str) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let head = format!("Host: {at}\r\nAuthorization: Bearer {key}\r\n\r\n");
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024), head })
    }

    /// Asks, and reads the whole answer: its status and how many bytes its body has.
    pub(crate) async fn get(&mut self, path: &str) -> Result<(u16, usize), BenchError> {
        let (status, from, length) = self.ask(path).await?;
        self.buffer.drain(..from + length);
        Ok((status, length))
    }

    /// Asks for JSON.
    pub(crate) async fn json(&mut self, path: &str) -> Result<serde_json::Value, BenchError> {
        let (status, from, length) = self.ask(path).await?;
        let body = serde_json::from_slice(self.buffer.get(from..from + length).unwrap_or_default());
        self.buffer.drain(..from + length);
        body.map_err(|error| BenchError::Unexpected(format!("{path} answers {status}: {error}")))
    }

    /// Asks, and reads until the whole answer is there: status, where its body begins, and how long that is.
    async fn ask(&mut self, path: &str) -> Result<(u16, usize, usize), BenchError> {
        self.send(path).await?;
        loop {
            if let Some((status, from, length)) = self.answer()? {
                while self.buffer.len() < from + length {
                    self.fill().await?;
                }
                return Ok((status, from, length));
            }
            self.fill().await?;
        }
    }

    /// Asks for what has no end.
    pub(crate) async fn send(&mut self, path: &str) -> Result<(), BenchError> {
        let request = format!("GET {path} HTTP/1.1\r\n{}", self.head);
        Ok(self.stream.write_all(request.as_bytes()).await?)
    }

    /// Reads on until this stands in what was read, and forgets what came before its end.
    pub(crate) async fn until(&mut self, wanted: &[u8]) -> Result<(), BenchError> {
        loop {
            if let Some(at) = self.buffer.windows(wanted.len()).position(|window| window == wanted) {
                self.buffer.drain(..at + wanted.len());
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), BenchError> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(BenchError::Unexpected("the server hung up".to_owned()));
        }
        Ok(())
    }

    /// Status, where the body begins and how long it is; none while the head has not come.
    fn answer(&self) -> Result<Option<(u16, usize, usize)>, BenchError> {
        let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
        let wrong = || BenchError::Unexpected(format!("an answer that cannot be read: {head}"));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(wrong)?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.and_then(|length| length.trim().parse().ok()).ok_or_else(wrong)?;
        Ok(Some((status, end + 4, length)))
    }
}
