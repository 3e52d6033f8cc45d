//! A logarithmic scale of colours in steps at one, two and five times powers of ten, so that the edges of areas can be read as contours.

use plotters::style::RGBColor;

/// Dark to bright, equal steps to the eye (viridis).
const ANCHORS: [[f64; 3]; 6] = [
    [68.0, 1.0, 84.0],
    [65.0, 68.0, 135.0],
    [42.0, 120.0, 142.0],
    [34.0, 168.0, 132.0],
    [122.0, 209.0, 81.0],
    [253.0, 231.0, 37.0],
];
/// More areas than this cannot be told apart.
const MOST_STEPS: usize = 30;

/// Values between two neighbouring edges have one colour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// The edges, increasing; two at least.
    pub edges: Vec<f64>,
}

impl Scale {
    /// The finest such scale that holds all these values; none if there is no positive one.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values.filter(|value| *value > 0.0 && value.is_finite()).fold(None, |range, value| {
            Some(range.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
        })?;
        let (from, to) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let fine = (from - 1..=to).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
        let scales = std::iter::once(fine.collect::<Vec<_>>());
        let coarse = (1..).map(|step| {
            let powers = (0..).map(move |at| from - 1 + at * step);
            let last = move |power: &i32| *power <= to + step;
            powers.take_while(last).map(|power| 10_f64.powi(power)).collect::<Vec<_>>()
        });
        let within = scales.chain(coarse).map(|edges| Self::between(&edges, low, high));
        within.into_iter().find(|edges| edges.len() <= MOST_STEPS + 1).map(|edges| Self { edges })
    }

    /// The edges that matter between these two values.
    fn between(edges: &[f64], low: f64, high: f64) -> Vec<f64> {
        let first = edges.iter().rposition(|edge| *edge <= low).unwrap_or(0);
        let last = edges.iter().position(|edge| *edge > high).unwrap_or(edges.len() - 1);
        edges[first..=last.max(first + 1).min(edges.len() - 1)].to_vec()
    }

    /// The number of the step that a value lies in; none for what is not on the scale.
    pub fn step(&self, value: f64) -> Option<usize> {
        let inside = self.edges[0] <= value && value <= self.edges[self.edges.len() - 1];
        inside.then(|| self.edges[1..self.edges.len() - 1].iter().filter(|edge| **edge <= value).count())
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.edges.len() - 1
    }

    /// The colour of a step.
    pub fn colour(&self, step: usize) -> RGBColor {
        let share = (step as f64 + 0.5) / self.steps() as f64 * (ANCHORS.len() - 1) as f64;
        let at = (share.floor() as usize).min(ANCHORS.len() - 2);
        let [r, g, b] = std::array::from_fn(|i| {
            let (from, to) = (ANCHORS[at][i], ANCHORS[at + 1][i]);
            (from + (to - from) * (share - at as f64)).round() as u8
        });
        RGBColor(r, g, b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_step_between_its_edges() {
        for values in
            [vec![0.3, 0.7, 17.0], vec![1.0], vec![1e-300, 1e300], vec![1e-9, 2e-9, 5e5], vec![5.0, 10.0, 0.0]]
        {
            let scale = Scale::of(values.iter().copied()).unwrap();
            assert!((1..=MOST_STEPS).contains(&scale.steps()), "{scale:?}");
            for value in values.into_iter().filter(|value| *value > 0.0) {
                let step = scale.step(value).unwrap();
                assert!(scale.edges[step] <= value && value <= scale.edges[step + 1], "{value} on {scale:?}");
            }
        }
        assert_eq!(Scale::of([0.3, 0.7, 17.0].into_iter()).unwrap().edges, [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
        assert_eq!(Scale::of([0.0, f64::NAN].into_iter()), None);
        assert_eq!(Scale::of([1.0, 3.0].into_iter()).unwrap().step(0.0), None);
    }
}
