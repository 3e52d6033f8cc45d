//! A subject that runs: a process group of its own, which ends as a whole.

use super::fault::FaultKind;
use super::streams::{Chatter, Heard, LastLines, Output, write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// What a subject may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time for the answer to `hello`; frameworks load slowly. 120 s.
    pub hello: Duration,
    /// Time for any other answer. 30 s.
    pub answer: Duration,
    /// Time to end after `bye`, or after its standard output was closed. 5 s.
    pub end: Duration,
    /// Bytes in a line of its standard output. 16 MiB.
    pub line: usize,
    /// Bytes in all lines that are no JSON objects. 64 MiB.
    pub noise: usize,
    /// Bytes of address space (`RLIMIT_AS`) of each of its processes, on Linux. None.
    pub memory: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(120),
            answer: Duration::from_secs(30),
            end: Duration::from_secs(5),
            line: 16 << 20,
            noise: 64 << 20,
            memory: None,
        }
    }
}

/// How often it is looked whether a process has ended whose standard output is still open.
const LOOK: Duration = Duration::from_millis(20);
/// The same, when it must end any moment.
const LOOK_CLOSELY: Duration = Duration::from_millis(1);
/// How long the last output of a group that was killed may take to come through.
const REMAINS: Duration = Duration::from_secs(1);

/// Why a line did not come.
pub(super) type Quiet = (FaultKind, String);

/// A running subject. Dropping it kills its process group.
///
/// A process that leaves the group on purpose (`setsid`) is beyond reach; it keeps nobody waiting for long.
pub(super) struct Child {
    process: std::process::Child,
    /// Set once the process is reaped: from then on its number may be another's. An error if the system forgot how it ended,
    /// as it does where `SIGCHLD` is ignored.
    ended: Option<std::io::Result<ExitStatus>>,
    input: Option<Sender<String>>,
    output: Output,
    errors: LastLines,
    end: Duration,
}

impl Child {
    /// Starts a program in a process group of its own.
    pub(super) fn start(mut command: Command, limits: &Limits) -> std::io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let streams = limit_memory(&process, limits.memory).and_then(|()| {
            let closed = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
            Ok((
                write(process.stdin.take().ok_or_else(closed)?)?,
                Output::read(process.stdout.take().ok_or_else(closed)?, limits)?,
                LastLines::read(process.stderr.take().ok_or_else(closed)?)?,
            ))
        });
        match streams {
            Ok((input, output, errors)) => {
                Ok(Self { process, ended: None, input: Some(input), output, errors, end: limits.end })
            }
            Err(error) => {
                kill_group(&mut process);
                process.wait()?;
                Err(error)
            }
        }
    }

    /// Sends a line, without waiting for anything.
    pub(super) fn say(&self, line: String) {
        if let Some(input) = &self.input {
            // If the writer is gone, so is the subject's standard input, and no answer will come.
            let _ = input.send(line);
        }
    }

    /// The next line for the driver.
    ///
    /// When the process itself has ended, the rest of its group is killed, so that nobody keeps standard output open; what was
    /// written before is still read.
    pub(super) fn hear(&mut self, mut within: Duration) -> Result<Vec<u8>, Quiet> {
        let allowed = within;
        let start = Instant::now();
        let mut closed = false;
        loop {
            let left = within.saturating_sub(start.elapsed());
            if closed {
                std::thread::sleep(left.min(LOOK_CLOSELY));
            } else {
                match self.output.next(left.min(LOOK)) {
                    Ok(Heard::Line(line)) => return Ok(line),
                    Ok(Heard::Flood(what)) => return Err((FaultKind::Flood, what)),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        closed = true;
                        within = within.min(start.elapsed().saturating_add(self.end));
                    }
                }
            }
            if self.ended.is_none() && has_ended(&mut self.process) {
                self.reap();
                within = within.min(start.elapsed().saturating_add(self.end));
            }
            let late = start.elapsed() >= within;
            match &self.ended {
                Some(status) if closed || late => return Err(ending(status)),
                None if late && closed => {
                    return Err((FaultKind::Silence, "closed its standard output and went on".to_owned()));
                }
                None if late => return Err((FaultKind::Timeout, format!("no answer within {allowed:?}"))),
                _ => {}
            }
        }
    }

    /// Lets it end by itself after a last line, for as long as the limits say; then kills it.
    pub(super) fn farewell(&mut self, line: String) {
        self.say(line);
        self.input = None;
        let start = Instant::now();
        // Whatever it still says is an answer to nothing.
        while self.hear(self.end.saturating_sub(start.elapsed())).is_ok() && start.elapsed() < self.end {}
        self.kill();
    }

    /// Kills the whole group and reaps the process. Twice is once.
    pub(super) fn kill(&mut self) {
        self.input = None;
        if self.ended.is_none() {
            kill_group(&mut self.process);
            let start = Instant::now();
            // A process in a system call that does not return cannot be reaped; it must not keep us too.
            while !has_ended(&mut self.process) && start.elapsed() < self.end {
                std::thread::sleep(LOOK_CLOSELY);
            }
            if has_ended(&mut self.process) {
                self.reap();
            }
        }
    }

    /// The last lines of standard error and all chatter, of a group that was killed.
    pub(super) fn remains(&self) -> (Vec<String>, Chatter) {
        let start = Instant::now();
        while self.output.next(REMAINS.saturating_sub(start.elapsed())).is_ok() && start.elapsed() < REMAINS {}
        (self.errors.after(REMAINS), self.output.chatter())
    }

    /// The chatter so far.
    pub(super) fn chatter(&self) -> Chatter {
        self.output.chatter()
    }

    /// Kills what is left of the group while its number is still taken, then lets the number go.
    fn reap(&mut self) {
        kill_group(&mut self.process);
        self.ended = Some(self.process.wait());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How a process ended, as a fault.
fn ending(status: &std::io::Result<ExitStatus>) -> Quiet {
    let status = match status {
        Ok(status) => status,
        Err(error) => return (FaultKind::Crashed, format!("ended, and the system does not say how: {error}")),
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(status) {
        return (FaultKind::Crashed, format!("ended by signal {signal}{}", signal_name(signal)));
    }
    match status.code() {
        Some(0) => (FaultKind::Silence, "ended with exit code 0".to_owned()),
        Some(code) => (FaultKind::Crashed, format!("ended with exit code {code}")),
        None => (FaultKind::Crashed, format!("ended: {status}")),
    }
}

/// What a signal is called, of those that end programs.
#[cfg(unix)]
fn signal_name(signal: i32) -> &'static str {
    use rustix::process::Signal;
    match Signal::from_named_raw(signal) {
        Some(Signal::ABORT) => " (SIGABRT)",
        Some(Signal::BUS) => " (SIGBUS)",
        Some(Signal::FPE) => " (SIGFPE)",
        Some(Signal::ILL) => " (SIGILL)",
        Some(Signal::KILL) => " (SIGKILL)",
        Some(Signal::PIPE) => " (SIGPIPE)",
        Some(Signal::SEGV) => " (SIGSEGV)",
        Some(Signal::TERM) => " (SIGTERM)",
        Some(Signal::TRAP) => " (SIGTRAP)",
        Some(Signal::XCPU) => " (SIGXCPU)",
        _ => "",
    }
}

/// Whether it has ended. It stays a zombie, so that its number, which is that of the group, remains its own.
#[cfg(unix)]
fn has_ended(process: &mut std::process::Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(Pid::from_child(process)), options), Ok(None))
}

#[cfg(not(unix))]
fn has_ended(process: &mut std::process::Child) -> bool {
    !matches!(process.try_wait(), Ok(None))
}

#[cfg(unix)]
fn kill_group(process: &mut std::process::Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It fails if nobody is left, which is what is wanted.
    let _ = kill_process_group(Pid::from_child(process), Signal::KILL);
}

/// There are no process groups: only the process itself is ended.
#[cfg(not(unix))]
fn kill_group(process: &mut std::process::Child) {
    let _ = process.kill();
}

#[cfg(target_os = "linux")]
fn limit_memory(process: &std::process::Child, bytes: Option<u64>) -> std::io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    if bytes.is_some() {
        let limit = Rlimit { current: bytes, maximum: bytes };
        prlimit(Some(Pid::from_child(process)), Resource::As, limit)?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_process: &std::process::Child, bytes: Option<u64>) -> std::io::Result<()> {
    match bytes {
        None => Ok(()),
        Some(_) => Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "a limit of memory needs Linux")),
    }
}
