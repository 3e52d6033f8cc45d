//! A Gaussian forecast, and the Gaussian truth that it is scored against.

use super::Gaussian;
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// The forecast `N(m, τ²)`.
    Forecast {
        m: real "mean of the forecast",
        sd: positive "standard deviation tau of the forecast, not its variance",
    }
}

parameters! {
    /// The forecast `N(m, τ²)` of a truth `Y ~ N(m₀, τ₀²)`.
    ForecastAndTruth {
        forecast: of(Forecast) "the forecast",
        m_true: real "mean of the truth",
        sd_true: positive "standard deviation tau_0 of the truth, not its variance",
    }
}

impl<S: Scalar> Forecast<S> {
    /// `N(m, τ²)`.
    pub fn law(&self) -> Gaussian<S> {
        Gaussian::new(self.m, self.sd.square())
    }
}

impl<S: Scalar> ForecastAndTruth<S> {
    /// `N(m₀, τ₀²)`.
    pub fn truth(&self) -> Gaussian<S> {
        Gaussian::new(self.m_true, self.sd_true.square())
    }
}
