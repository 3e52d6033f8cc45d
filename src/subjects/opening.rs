//! Why a conversation did not begin.

use super::fault::{Fault, FaultKind};
use super::reply::Answer;
use super::streams::Chatter;

/// Why a conversation did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The program could not be started.
    #[error(
        "{address} could not be started: `{program}`: {source}; no shell is involved, so give a program that is on the PATH, or write cmd:sh -c '…'"
    )]
    Start {
        /// The address.
        address: String,
        /// The program.
        program: String,
        /// The cause.
        source: std::io::Error,
    },
    /// It was started, and did not answer `hello` by the protocol.
    #[error(
        "{address} did not answer the first question: {fault}{}{}{}; try it by hand with {{\"id\":1,\"cmd\":\"hello\",\"protocol\":1}} on its standard input",
        if .fault.kind == FaultKind::Timeout { " (is every line flushed? an answer in a buffer never arrives)" } else { "" },
        last(" It printed: ", .chatter.lines.last()),
        last(" Its standard error ends: ", .fault.stderr.last())
    )]
    Fault {
        /// The address.
        address: String,
        /// What happened.
        fault: Fault,
        /// What it printed.
        chatter: Chatter,
    },
    /// It answered `hello`, but not with ok.
    #[error("{address} did not accept the first question: {}", words(.answer))]
    Declined {
        /// The address.
        address: String,
        /// The answer.
        answer: Answer,
    },
}

fn last(introduction: &str, line: Option<&String>) -> String {
    line.map(|line| format!(".{introduction}{line:?}")).unwrap_or_default()
}

fn words(answer: &Answer) -> String {
    match answer {
        Answer::Unsupported { message } => format!("unsupported: {message}"),
        Answer::Refused { message } => format!("refused: {}", message.as_deref().unwrap_or("no reason given")),
        Answer::Error { message, .. } => format!("error: {message}"),
        Answer::Fault(fault) => fault.to_string(),
        Answer::Values(_) => "values".to_owned(),
    }
}
