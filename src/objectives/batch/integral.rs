//! Integrals over time of many sets: the panels and the clocks on them are shared, and grow where a set asks for it.

use super::{LANES, Quantity, Reading, Set};
use crate::numbers::{AnalyticRule, Ball, Boxes, Intervals};
use crate::worlds::{Clock, Process};
use std::sync::OnceLock;

/// A panel this many halvings deep, or this many panels for one set, means that the integrand is singular: that set is undecided.
const DEEPEST: u32 = 40;
const MOST_PANELS: u32 = 2000;

/// A panel of time with what all sets share on it, found when first asked for.
pub(super) struct Panel<R: Reading> {
    left: Ball,
    right: Ball,
    shared: OnceLock<SharedClocks<R>>,
    ellipse: OnceLock<Vec<Clock<Boxes<1>>>>,
    halves: OnceLock<Box<[Panel<R>; 2]>>,
}

/// The clock at each node, with the weight of the node for this panel.
type SharedClocks<R> = Vec<(Clock<<R as Reading>::Shared>, <R as Reading>::Shared)>;

/// A schedule with a rule, in the readings that an integral takes.
pub(super) struct Schedule<'a, R: Reading> {
    pub process: &'a Process<R::Shared>,
    pub boxes: &'a Process<Boxes<1>>,
    pub rule: &'a AnalyticRule,
}

impl<R: Reading> Panel<R> {
    pub fn new(left: Ball, right: Ball) -> Self {
        Self { left, right, shared: OnceLock::new(), ellipse: OnceLock::new(), halves: OnceLock::new() }
    }

    fn half_width(&self) -> Ball {
        (self.right - self.left) / 2
    }

    fn middle(&self) -> Ball {
        (self.left + self.right) / 2
    }

    /// The clocks at the nodes.
    fn clocks(&self, schedule: &Schedule<'_, R>) -> &SharedClocks<R> {
        self.shared.get_or_init(|| {
            let (middle, half) = (self.middle(), self.half_width());
            let at = |(node, weight): &(Ball, Ball)| {
                (schedule.process.at(R::constant(middle + half * *node)), R::constant(half * *weight))
            };
            schedule.rule.nodes.iter().map(at).collect()
        })
    }

    /// The clocks over the upper half of the ellipse.
    fn ellipse(&self, schedule: &Schedule<'_, R>) -> &Vec<Clock<Boxes<1>>> {
        self.ellipse.get_or_init(|| {
            let real = |x: Ball| Boxes::real(Intervals::splat(x.to_f64_interval()));
            let (middle, half) = (real(self.middle()), real(self.half_width()));
            schedule.rule.upper_half.iter().map(|slice| schedule.boxes.at(middle + half * *slice)).collect()
        })
    }

    fn halves(&self) -> &[Self; 2] {
        self.halves.get_or_init(|| {
            let middle = self.middle();
            Box::new([Self::new(self.left, middle), Self::new(middle, self.right)])
        })
    }

    /// The sum over the nodes.
    #[inline(always)]
    pub fn sum(&self, schedule: &Schedule<'_, R>, quantity: Quantity, set: &Set<R>) -> R {
        let mut sum = R::zero();
        for (clock, weight) in self.clocks(schedule) {
            sum = sum + quantity.rate(set, &clock.map(R::shared)) * R::shared(*weight);
        }
        sum
    }

    /// A bound of the error of that sum for each set: infinite where the integrand may not be analytic.
    #[inline(always)]
    fn error(&self, schedule: &Schedule<'_, R>, quantity: Quantity, set: &Set<Boxes<LANES>>) -> [f64; LANES] {
        let mut largest = [0.0_f64; LANES];
        for clock in self.ellipse(schedule) {
            let size = quantity.rate(set, &clock.map(|field| Boxes::splat(&field))).mag();
            for i in 0..LANES {
                largest[i] = if size[i] > largest[i] { size[i] } else { largest[i] };
            }
        }
        let factor = Intervals::splat(self.half_width().to_f64_interval())
            * Intervals::points([schedule.rule.error_factor; LANES]);
        *(Intervals::points(largest) * factor).hi()
    }

    /// The integrals over this panel, with an error of at most its tolerance on every part for each set. A set looks at its own parts only.
    #[inline(always)]
    pub fn integrate(
        &self,
        schedule: &Schedule<'_, R>,
        quantity: Quantity,
        (set, boxes): (&Set<R>, &Set<Boxes<LANES>>),
        tolerance: &[f64; LANES],
    ) -> R {
        let mut total = R::zero();
        let (mut alive, mut panels) = ([true; LANES], [0_u32; LANES]);
        let mut open = vec![(self, 0, [true; LANES])];
        while let Some((panel, depth, asked)) = open.pop() {
            let asked: [bool; LANES] = std::array::from_fn(|i| asked[i] && alive[i]);
            if !asked.contains(&true) {
                continue;
            }
            let error = panel.error(schedule, quantity, boxes);
            let taken: [bool; LANES] = std::array::from_fn(|i| asked[i] && error[i] <= tolerance[i]);
            if taken.contains(&true) {
                total = (total + panel.sum(schedule, quantity, set).with_error(error)).where_or(taken, total);
            }
            for i in 0..LANES {
                panels[i] += u32::from(asked[i]);
                alive[i] &= !asked[i] || taken[i] || depth < DEEPEST && panels[i] < MOST_PANELS;
            }
            let rest: [bool; LANES] = std::array::from_fn(|i| asked[i] && !taken[i] && alive[i]);
            if rest.contains(&true) {
                let [left, right] = panel.halves();
                open.extend([(right, depth + 1, rest), (left, depth + 1, rest)]);
            }
        }
        total.where_or(alive, R::zero().with_error([f64::INFINITY; LANES]))
    }
}
