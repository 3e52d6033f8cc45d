//! An entry of the table: areas, their cases, the programs of each, and goals.

/// Work of one kind.
pub struct Area {
    pub name: &'static str,
    pub title: &'static str,
    /// What is done, in a sentence.
    pub about: &'static str,
    /// What costs are quoted for.
    pub unit: &'static str,
    /// What limits our side.
    pub limit: &'static str,
    pub cases: &'static [Case],
}

/// One piece of work, done by several programs in turn.
pub struct Case {
    pub name: &'static str,
    /// The Python script and arguments that give the answers; none where programs are only compared with themselves.
    pub reference: Option<&'static str>,
    pub runs: &'static [Run],
    pub goals: &'static [Goal],
    /// Whether the runs are one program at growing sizes, of which the exponent of the cost is wanted.
    pub growth: Option<Growth>,
}

/// One program with its arguments.
pub struct Run {
    pub name: &'static str,
    pub program: Program,
}

/// Whose it is. `--count` of its arguments is divided in a quick run.
#[derive(Clone, Copy)]
pub enum Program {
    /// Arguments of `examples/side_by_side`; the area comes first.
    Ours(&'static str),
    /// The same, in the place of a peer: what others of ours are compared with.
    Baseline(&'static str),
    /// A script in `benches/peers` and its arguments.
    Peer(&'static str),
}

/// How fast a run of ours should at least be beside a peer: `1/6` means at most six times as slow.
pub struct Goal {
    pub ours: &'static str,
    pub peer: &'static str,
    pub at_least: f64,
    /// Whether the two may have unlike precisions; the page shows both. Otherwise there is no ratio for the goal.
    pub unlike: bool,
}

/// What grows, and how much more memory the largest size may take than the smallest, in MiB.
pub struct Growth {
    pub of: &'static str,
    pub memory: Option<f64>,
}

pub const fn ours(name: &'static str, arguments: &'static str) -> Run {
    Run { name, program: Program::Ours(arguments) }
}

pub const fn peer(name: &'static str, arguments: &'static str) -> Run {
    Run { name, program: Program::Peer(arguments) }
}

pub const fn baseline(name: &'static str, arguments: &'static str) -> Run {
    Run { name, program: Program::Baseline(arguments) }
}

pub const fn goal(peer: &'static str, at_least: f64) -> Goal {
    Goal { ours: "ouracle", peer, at_least, unlike: false }
}

/// A goal beside a peer of another precision.
pub const fn unlike(peer: &'static str, at_least: f64) -> Goal {
    Goal { ours: "ouracle", peer, at_least, unlike: true }
}

/// A case of one program at growing sizes.
pub const fn growth(name: &'static str, of: &'static str, memory: Option<f64>, runs: &'static [Run]) -> Case {
    Case { name, reference: None, runs, goals: &[], growth: Some(Growth { of, memory }) }
}

/// A case with programs side by side.
pub const fn case(name: &'static str, reference: &'static str, runs: &'static [Run], goals: &'static [Goal]) -> Case {
    Case { name, reference: Some(reference), runs, goals, growth: None }
}
