//! Gaussian time series at irregular times, of which some entries are seen, with noise or without.

mod chunks;
mod dense;
mod irregular;
mod kalman;
mod long;
mod matern;
mod ou;
mod series;

pub use dense::Dense;
pub use irregular::Irregular;
pub use kalman::{Belief, Filter, Innovation, Smoother, StateSpace};
pub use long::{LongSeries, SeriesError, SmoothedSeries};
pub use matern::Matern;
pub use ou::{Neighbours, OrnsteinUhlenbeck};
pub use series::{Observed, ObservedAt, Series};
