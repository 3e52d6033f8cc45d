//! Floor 6: what is asked of an implementation: cases, quantities, points, exact answers, and the mistakes that every question tells from the truth.

mod answerer;
mod case;
mod catalogue;
mod conventions;
mod decimals;
mod flag;
mod glob;
mod grade;
mod law;
mod mistake;
mod points;
mod quantity;
mod question;
mod random;

pub use answerer::Answerer;
pub use case::{Asked, CASES, Case};
pub use catalogue::{Expect, RATIO, SHIFT, Test, Tier, asks, catalogue, refined, tests_of};
pub use conventions::{Conventions, Log, Predicts, Reduce, Sum, Time};
pub use decimals::decimals;
pub use flag::{FLAGS, Flag};
pub use glob::{matches, may_begin};
pub use grade::{DEGRADED, Dtype, EXACT, Grade, HALVINGS, Order, Truth};
pub use law::Law;
pub use mistake::{About, MISTAKES, Mistake};
pub use quantity::{Kind, QUANTITIES, Quantity};
pub use question::{Model, Point, Question, condition, inputs};
pub use random::Moments;
