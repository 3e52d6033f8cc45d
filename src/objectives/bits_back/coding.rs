//! Bits back with a chain of latents: what is popped and pushed, in which order, and back.

use super::{Chain, Keys, Law, Stack, Tally};

/// In which order the nodes of a chain go over the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// All latents are popped before anything is pushed: BB-ANS. Needs the entropy of all latents to begin with.
    Naive,
    /// Pop `z_1`, push `x`, pop `z_2`, push `z_1`, …, push `z_T`: Bit-Swap. Needs few bits to begin with.
    #[default]
    Interleaved,
}

/// One operation of an encoder; a decoder undoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Pop node `t + 1`, given node `t`, from the encoder's law.
    Pop(usize),
    /// Push node `t`, given node `t + 1`, with the model's law.
    Push(usize),
    /// Push the last node with the prior.
    Prior,
}

impl Order {
    /// The operations of an encoder on a chain of so many latents.
    fn steps(self, latents: usize) -> Vec<Step> {
        let mut steps: Vec<_> = match self {
            Self::Naive => (0..latents).map(Step::Pop).chain((0..latents).map(Step::Push)).collect(),
            Self::Interleaved => (0..latents).flat_map(|t| [Step::Pop(t), Step::Push(t)]).collect(),
        };
        steps.push(Step::Prior);
        steps
    }
}

/// A chain with an order.
#[derive(Debug, Clone)]
pub struct Coding {
    laws: Chain<Law>,
    steps: Vec<Step>,
}

/// A stack in use: with the keys of its slots, if any, and the number of operations that were done on it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The stack.
    pub stack: Stack,
    keys: Option<Keys>,
    operations: u64,
    nodes: Vec<usize>,
}

impl Desk {
    /// A stack on which so many operations were done before, with these keys.
    pub fn new(stack: Stack, keys: Option<Keys>, operations: u64) -> Self {
        Self { stack, keys, operations, nodes: Vec::new() }
    }

    /// The bits of a seed, and keys of it if its slots are to be turned.
    pub fn of_seed(seed: u64, keyed: bool) -> Self {
        Self::new(Stack::of_seed(seed), keyed.then(|| Keys::of_seed(seed)), 0)
    }

    /// The offset of the next operation.
    fn forwards(&mut self) -> u16 {
        self.operations += 1;
        let last = self.operations - 1;
        self.keys.as_mut().map_or(0, |keys| keys.offset(last))
    }

    /// The offset of the last operation, which is undone.
    fn backwards(&mut self) -> u16 {
        self.operations = self.operations.wrapping_sub(1);
        let last = self.operations;
        self.keys.as_mut().map_or(0, |keys| keys.offset(last))
    }
}

impl Coding {
    /// Of these laws, in this order.
    pub fn new(laws: Chain<Law>, order: Order) -> Self {
        let steps = order.steps(laws.latents());
        Self { laws, steps }
    }

    /// How many operations one sample takes, `2T + 1`.
    pub fn operations(&self) -> u64 {
        self.steps.len() as u64
    }

    /// Puts one sample, a bin of the data lattice, on the stack. The nodes `x, z_1, …, z_T` can be read afterwards. Nothing, if the
    /// stack is used up, which one with a seed never is.
    ///
    /// # Panics
    /// If there is no such bin.
    pub fn encode<'d>(&self, bin: usize, desk: &'d mut Desk, tally: &mut impl Tally) -> Option<&'d [usize]> {
        desk.nodes.clear();
        desk.nodes.push(bin);
        for step in &self.steps {
            let offset = desk.forwards();
            let Desk { stack, nodes, .. } = desk;
            match *step {
                Step::Pop(t) => {
                    let law = &self.laws.encoder[t][nodes[t]];
                    let node = stack.pop(law, offset)?;
                    tally.popped(law.slots(node));
                    nodes.push(node);
                }
                Step::Push(t) => {
                    let law = &self.laws.model[t][nodes[t + 1]];
                    tally.pushed(law.slots(nodes[t]));
                    stack.push(nodes[t], law, offset);
                }
                Step::Prior => {
                    let (law, last) = (&self.laws.prior, nodes[nodes.len() - 1]);
                    tally.pushed(law.slots(last));
                    stack.push(last, law, offset);
                }
            }
        }
        Some(&desk.nodes)
    }

    /// Takes one sample off the stack, and puts the bits back that its encoder popped. Nothing, if the stack is used up.
    pub fn decode(&self, desk: &mut Desk) -> Option<usize> {
        desk.nodes.clear();
        desk.nodes.resize(self.laws.latents() + 1, 0);
        for step in self.steps.iter().rev() {
            let offset = desk.backwards();
            let Desk { stack, nodes, .. } = desk;
            match *step {
                Step::Pop(t) => stack.push(nodes[t + 1], &self.laws.encoder[t][nodes[t]], offset),
                Step::Push(t) => nodes[t] = stack.pop(&self.laws.model[t][nodes[t + 1]], offset)?,
                Step::Prior => nodes[self.laws.latents()] = stack.pop(&self.laws.prior, offset)?,
            }
        }
        Some(desk.nodes[0])
    }
}
