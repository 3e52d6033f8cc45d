//! Questions and answers: one at a time, each answer told apart from every way of not giving one.

use super::address::Address;
use super::child::{Child, Limits, Quiet};
use super::declaration::Hello;
use super::fault::{Fault, FaultKind};
use super::message::{PROTOCOL, Question};
use super::opening::OpeningError;
use super::reply::{Answer, Reply, read_hello, read_setup, read_values};
use super::streams::Chatter;
use crate::examination::Dtype;
use serde_json::Value as Json;
use std::time::Duration;

/// A conversation with a subject.
///
/// A case is set up when it changes. After a fault the process group is killed; the next question starts the subject once more,
/// which must introduce itself as before and is given the case again. The question at fault is not asked again. After a second
/// fault nothing is asked any more, and every answer is that fault.
///
/// ```no_run
/// use ouracle::examination::Dtype;
/// use ouracle::subjects::{Answer, Conversation, Limits};
/// use serde_json::json;
/// let mut subject = Conversation::open(&"cmd:python harness.py".parse()?, Limits::default())?;
/// println!("{}", subject.hello().subject.name);
/// let case = json!({"process": {"kind": "ou", "rate": "1", "horizon": "1"},
///                   "data": {"kind": "gaussian", "mean": [1], "cov": [[0.75]]}, "model": {"kind": "exact"}});
/// let points = [json!({"x": [0.5], "t": 0.25})];
/// if let Answer::Values(values) = subject.evaluate(&case, "score", Dtype::F64, &points) {
///     println!("{:?}", values[0].flatten());
/// }
/// let chatter = subject.close();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Conversation {
    address: Address,
    limits: Limits,
    /// None after a fault, until the next question.
    child: Option<Child>,
    hello: Hello,
    /// The id of the last question. A restart does not begin again, so that no stale answer fits.
    id: u64,
    /// The case that was set up, and what became of it. A subject that is started again knows of none.
    case: Option<(Json, Reply<()>)>,
    faulted: bool,
    /// The second fault.
    over: Option<Fault>,
    chatter: Chatter,
}

impl Conversation {
    /// Starts the subject and asks who it is.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, or does not introduce itself.
    pub fn open(address: &Address, limits: Limits) -> Result<Self, OpeningError> {
        let name = || address.to_string();
        let mut child = start(address, &limits)?;
        let mut id = 0;
        match ask(&mut child, &mut id, Question::Hello { protocol: PROTOCOL }, limits.hello, read_hello) {
            Ok(Ok(hello)) => Ok(Self {
                address: address.clone(),
                limits,
                child: Some(child),
                hello,
                id,
                case: None,
                faulted: false,
                over: None,
                chatter: Chatter::default(),
            }),
            Ok(Err(answer)) => Err(OpeningError::Declined { address: name(), answer }),
            Err(quiet) => {
                let (fault, chatter) = end(child, quiet);
                Err(OpeningError::Fault { address: name(), fault, chatter })
            }
        }
    }

    /// How the subject introduced itself.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Asks for a quantity at points of a case: one value for each, or one answer for all of them.
    pub fn evaluate(&mut self, case: &Json, quantity: &str, dtype: Dtype, points: &[Json]) -> Answer {
        if points.is_empty() {
            return Answer::Values(Vec::new());
        }
        self.values(case, Question::Evaluate { quantity, dtype, points }, points.len())
    }

    /// Asks for `n` independent draws of a random quantity at a point of a case.
    pub fn sample(&mut self, case: &Json, quantity: &str, n: usize, seed: u64, point: &Json) -> Answer {
        self.values(case, Question::Sample { quantity, n, seed, point }, n)
    }

    /// What the subject printed so far that is no JSON object.
    pub fn chatter(&self) -> Chatter {
        let mut chatter = self.chatter.clone();
        if let Some(child) = &self.child {
            chatter.append(child.chatter());
        }
        chatter
    }

    /// Says goodbye, waits for the subject to end, kills what is left of its group, and tells what it printed.
    pub fn close(mut self) -> Chatter {
        if let Some(mut child) = self.child.take() {
            child.farewell(Question::Bye.line(self.id + 1));
            self.chatter.append(child.remains().1);
        }
        self.chatter
    }

    fn values(&mut self, case: &Json, question: Question<'_>, asked: usize) -> Answer {
        let limit = self.limits.answer;
        let values =
            self.prepare(case).and_then(|()| self.ask(question, limit, |line, id| read_values(line, id, asked))?);
        values.map_or_else(|declined| declined, Answer::Values)
    }

    /// Makes the subject ready for a case.
    fn prepare(&mut self, case: &Json) -> Reply<()> {
        if let Some(fault) = &self.over {
            let detail = format!("not asked, for the subject was given up at its second fault ({})", fault.detail);
            return Err(Answer::Fault(Fault { detail, ..fault.clone() }));
        }
        match self.case.as_ref().filter(|(known, _)| known == case) {
            // A case that was declined, or at which the subject failed, is not set up again.
            Some((_, Err(declined))) => Err(declined.clone()),
            Some((_, Ok(()))) if self.child.is_some() => Ok(()),
            _ => {
                let outcome =
                    self.ask(Question::Setup { case }, self.limits.answer, read_setup).and_then(|reply| reply);
                self.case = Some((case.clone(), outcome.clone()));
                outcome
            }
        }
    }

    /// Asks one question, of a subject that is started again if it was ended.
    fn ask<T>(&mut self, question: Question<'_>, within: Duration, read: impl Reader<T>) -> Reply<Reply<T>> {
        let mut child = match self.child.take() {
            Some(child) => child,
            None => self.start_again()?,
        };
        match ask(&mut child, &mut self.id, question, within, read) {
            Ok(reply) => {
                self.child = Some(child);
                Ok(reply)
            }
            Err(quiet) => Err(self.fault(child, quiet)),
        }
    }

    /// A subject that introduced itself as before.
    fn start_again(&mut self) -> Reply<Child> {
        let mut child = match start(&self.address, &self.limits) {
            Ok(child) => child,
            Err(error) => {
                let fault = Fault { kind: FaultKind::Crashed, detail: error.to_string(), stderr: Vec::new() };
                return Err(self.note(fault));
            }
        };
        let question = Question::Hello { protocol: PROTOCOL };
        match ask(&mut child, &mut self.id, question, self.limits.hello, read_hello) {
            Ok(Ok(hello)) if hello == self.hello => Ok(child),
            Ok(_) => {
                let detail = format!("question {} (hello): the answer is another than before the restart", self.id);
                Err(self.fault(child, (FaultKind::Protocol, detail)))
            }
            Err(quiet) => Err(self.fault(child, quiet)),
        }
    }

    /// Ends the subject for a fault.
    fn fault(&mut self, child: Child, quiet: Quiet) -> Answer {
        let (fault, chatter) = end(child, quiet);
        self.chatter.append(chatter);
        self.note(fault)
    }

    /// The first fault allows for a second.
    fn note(&mut self, fault: Fault) -> Answer {
        if std::mem::replace(&mut self.faulted, true) {
            self.over = Some(fault.clone());
        }
        Answer::Fault(fault)
    }
}

/// How a line is read as the answer to a question.
trait Reader<T>: FnOnce(&[u8], u64) -> Result<Reply<T>, String> {}
impl<T, F: FnOnce(&[u8], u64) -> Result<Reply<T>, String>> Reader<T> for F {}

fn start(address: &Address, limits: &Limits) -> Result<Child, OpeningError> {
    address.command().and_then(|command| Child::start(command, limits)).map_err(|source| OpeningError::Start {
        address: address.to_string(),
        program: address.program().display().to_string(),
        source,
    })
}

/// Asks a question and reads the answer; a fault says which question it was.
fn ask<T>(
    child: &mut Child,
    id: &mut u64,
    question: Question<'_>,
    within: Duration,
    read: impl Reader<T>,
) -> Result<Reply<T>, Quiet> {
    *id += 1;
    child.say(question.line(*id));
    let at_question = |(kind, detail): Quiet| (kind, format!("question {id} ({}): {detail}", question.name()));
    let line = child.hear(within).map_err(at_question)?;
    read(&line, *id).map_err(|detail| at_question((FaultKind::Protocol, detail)))
}

/// Kills a subject, and tells what it left.
fn end(mut child: Child, (kind, detail): Quiet) -> (Fault, Chatter) {
    child.kill();
    let (stderr, chatter) = child.remains();
    (Fault { kind, detail, stderr }, chatter)
}
