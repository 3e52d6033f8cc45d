//! What a subject writes, read in threads of their own with bounded memory.

use super::child::Limits;
use super::reply::is_addressed;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// As many lines of chatter are kept.
const CHATTER_LINES: usize = 100;
/// As many lines of standard error are kept.
const STDERR_LINES: usize = 20;
/// As many characters of each of these lines are kept.
const LINE_KEPT: usize = 500;

/// Lines on standard output that are no JSON objects: frameworks print.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chatter {
    /// The first 100 of them, clipped.
    pub lines: Vec<String>,
    /// How many more there were.
    pub dropped: usize,
}

impl Chatter {
    /// Keeps a line if there is room; blank lines say nothing.
    fn add(&mut self, line: &[u8]) {
        match (line.trim_ascii().is_empty(), self.lines.len() < CHATTER_LINES) {
            (true, _) => {}
            (false, true) => self.lines.push(clipped(line)),
            (false, false) => self.dropped += 1,
        }
    }

    /// Appends what came later.
    pub(super) fn append(&mut self, later: Self) {
        let room = CHATTER_LINES - self.lines.len().min(CHATTER_LINES);
        self.dropped += later.dropped + later.lines.len().saturating_sub(room);
        self.lines.extend(later.lines.into_iter().take(room));
    }
}

/// The beginning of a line, without the end of line.
fn clipped(line: &[u8]) -> String {
    // No character takes more than four bytes.
    let line = &line[..line.len().min(4 * LINE_KEPT + 4)];
    String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']).chars().take(LINE_KEPT).collect()
}

/// What was heard on standard output and is not chatter.
pub(super) enum Heard {
    /// A line for the driver.
    Line(Vec<u8>),
    /// Too much; nothing is read any more.
    Flood(String),
}

/// A reader of standard output.
pub(super) struct Output {
    heard: Receiver<Heard>,
    chatter: Arc<Mutex<Chatter>>,
}

impl Output {
    /// Starts to read. At most one line waits while another is read: beyond that the subject waits.
    pub(super) fn read(stdout: impl Read + Send + 'static, limits: &Limits) -> Result<Self> {
        let (sender, heard) = sync_channel(1);
        let chatter = Arc::new(Mutex::new(Chatter::default()));
        let (kept, line, noise) = (Arc::clone(&chatter), limits.line, limits.noise);
        Builder::new().spawn(move || listen(stdout, line, noise, &kept, &sender))?;
        Ok(Self { heard, chatter })
    }

    /// The next line for the driver. `Disconnected` means that standard output was closed.
    pub(super) fn next(&self, within: Duration) -> std::result::Result<Heard, RecvTimeoutError> {
        self.heard.recv_timeout(within)
    }

    /// The chatter so far.
    pub(super) fn chatter(&self) -> Chatter {
        lock(&self.chatter).clone()
    }
}

fn listen(stdout: impl Read, longest: usize, most: usize, chatter: &Mutex<Chatter>, heard: &SyncSender<Heard>) {
    let mut stdout = BufReader::with_capacity(1 << 16, stdout);
    let mut line = Vec::new();
    let mut noise = 0;
    loop {
        line.clear();
        // One byte more than allowed tells a line that is too long, and nothing of the rest is read.
        let Ok(length) = stdout.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line) else { return };
        let flood = if length == 0 {
            return;
        } else if length > longest {
            lock(chatter).add(&line);
            format!("a line longer than {}", size(longest))
        } else if is_addressed(&line) {
            if heard.send(Heard::Line(std::mem::take(&mut line))).is_err() {
                return;
            }
            continue;
        } else {
            lock(chatter).add(&line);
            noise += length;
            if noise <= most {
                continue;
            }
            format!("more than {} of lines that are no JSON objects", size(most))
        };
        // Nobody listens any more if this fails.
        let _ = heard.send(Heard::Flood(flood));
        return;
    }
}

/// A number of bytes in words.
fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// A reader of standard error, which never lets the subject wait.
pub(super) struct LastLines {
    lines: Arc<Mutex<VecDeque<String>>>,
    ended: Receiver<()>,
}

impl LastLines {
    /// Starts to read.
    pub(super) fn read(stderr: impl Read + Send + 'static) -> Result<Self> {
        let (ending, ended) = channel::<()>();
        let lines = Arc::new(Mutex::new(VecDeque::with_capacity(STDERR_LINES)));
        let kept = Arc::clone(&lines);
        Builder::new().spawn(move || {
            keep_last(stderr, &kept);
            drop(ending);
        })?;
        Ok(Self { lines, ended })
    }

    /// The last lines, oldest first, once the stream has ended, or after this long.
    pub(super) fn after(&self, within: Duration) -> Vec<String> {
        // Nothing is ever sent: the channel only tells that the reader is gone.
        let _ = self.ended.recv_timeout(within);
        lock(&self.lines).iter().cloned().collect()
    }
}

fn keep_last(stderr: impl Read, lines: &Mutex<VecDeque<String>>) {
    let mut stderr = BufReader::new(stderr);
    let mut piece = Vec::new();
    let mut inside_a_line = false;
    loop {
        piece.clear();
        match stderr.by_ref().take(1 << 13).read_until(b'\n', &mut piece) {
            Ok(0) | Err(_) => return,
            Ok(_) if inside_a_line => {}
            Ok(_) => {
                let mut lines = lock(lines);
                if lines.len() == STDERR_LINES {
                    lines.pop_front();
                }
                lines.push_back(clipped(&piece));
            }
        }
        inside_a_line = !piece.ends_with(b"\n");
    }
}

/// Writes whatever is sent, in a thread of its own: a subject that does not read keeps nobody waiting. The stream is closed
/// when the sender is dropped.
pub(super) fn write(mut stdin: impl Write + Send + 'static) -> Result<Sender<String>> {
    let (sender, lines) = channel::<String>();
    Builder::new().spawn(move || {
        // A subject that is gone is noticed where its answer is awaited.
        while let Ok(line) = lines.recv() {
            if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                return;
            }
        }
    })?;
    Ok(sender)
}

/// Nothing that these locks guard can be left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
