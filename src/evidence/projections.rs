//! Draws of random projections, and of vectors with a Gaussian law.

use super::{Noise, WIDTH};
use crate::numbers::{Covariance, Field, Float, Lanes, Matrix, Vector};
use crate::objectives::hutchinson::Probe;
use crate::worlds::MultivariateGaussian;

/// A Gaussian law ready to be drawn from, its factor taken once.
pub struct GaussianVector {
    mean: Vector<Lanes<WIDTH>>,
    factor: Matrix<Lanes<WIDTH>>,
}

impl GaussianVector {
    /// Of this law.
    pub fn new(law: &MultivariateGaussian<Float>) -> Self {
        let factor = law.covariance.matrix().cholesky().map(Lanes::splat);
        Self { mean: law.mean.map(Lanes::splat), factor }
    }

    /// Of the law `N(0, Σ)`.
    pub fn centred(covariance: &Covariance<Float>) -> Self {
        let mean = Vector(vec![Float(0.0); covariance.matrix().rows()]);
        Self::new(&MultivariateGaussian { mean, covariance: covariance.clone() })
    }
}

impl Noise {
    /// Independent standard normals, `d` of them.
    pub fn normals(&mut self, d: usize) -> Vector<Lanes<WIDTH>> {
        Vector((0..d).map(|_| self.normal()).collect())
    }

    /// A draw of a Gaussian vector.
    pub fn vector(&mut self, law: &GaussianVector) -> Vector<Lanes<WIDTH>> {
        &(&law.factor * &self.normals(law.mean.dimension())) + &law.mean
    }

    /// A projection in `d` dimensions with this law.
    pub fn projection(&mut self, probe: Probe, d: usize) -> Vector<Lanes<WIDTH>> {
        match probe {
            Probe::Rademacher => Vector((0..d).map(|_| Lanes(self.uniform().0.map(|u| (u - 0.5).signum()))).collect()),
            Probe::Gaussian => self.normals(d),
            Probe::Sphere => {
                let normals = self.normals(d);
                let length = (Lanes::int(d as i64) / normals.dot(&normals)).sqrt();
                normals.scale(length)
            }
            Probe::Coordinate => {
                let place = self.uniform().0.map(|u| (u * d as f64) as usize);
                let length = (d as f64).sqrt();
                let entry = |i: usize| Lanes(place.map(|at| if at == i { length } else { 0.0 }));
                Vector((0..d).map(entry).collect())
            }
        }
    }
}
