//! The axes of a covariance: one eigendecomposition, after which every formula is one of one dimension.

use nalgebra::{DMatrix, DMatrixView, DVector};

/// `Σ = U diag(λ) Uᵀ` in doubles, eigenvalues ascending.
///
/// The decomposition is floating point and backward stable: it is one of a matrix within about `d·u·‖Σ‖` of the given one.
/// [`backward_error`](Self::backward_error) bounds that distance for this decomposition, whoever made it. Products with it add in an order
/// that the instructions of the machine decide, so that last bits may differ between machines, never between threads.
#[derive(Debug, Clone)]
pub struct Eigenbasis {
    values: Vec<f64>,
    vectors: DMatrix<f64>,
    /// `Uᵀ`, kept because a product that reads its first factor across the grain is several times slower.
    transposed: DMatrix<f64>,
}

/// Why a matrix has no use as a covariance.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CovarianceError {
    /// Something has the wrong shape.
    #[error(
        "{name} must have {} and {}, but it has {} and {}",
        counted(wanted.0, "row"), counted(wanted.1, "column"), counted(got.0, "row"), counted(got.1, "column")
    )]
    Shape {
        /// What.
        name: &'static str,
        /// Rows and columns wanted.
        wanted: (usize, usize),
        /// Rows and columns given.
        got: (usize, usize),
    },
    /// An infinity or NaN.
    #[error("entry {at} of {name} is {value}; every entry must be a finite number")]
    NotFinite {
        /// What.
        name: &'static str,
        /// Which entry, counted from 0, column by column.
        at: usize,
        /// The value.
        value: f64,
    },
    /// A matrix that is not symmetric.
    #[error(
        "the covariance is not symmetric: entry ({row}, {column}) is {upper}, entry ({column}, {row}) is {lower}; symmetrise it, (S + Sᵀ)/2"
    )]
    NotSymmetric {
        /// Row, counted from 0.
        row: usize,
        /// Column.
        column: usize,
        /// The entry there.
        upper: f64,
        /// Its mirror image.
        lower: f64,
    },
    /// A matrix that is not positive definite, as far as doubles can tell.
    #[error(
        "the covariance has the smallest eigenvalue {smallest:e} next to {largest:e}; in doubles it must exceed {threshold:e} to be told from 0"
    )]
    NotPositiveDefinite {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The largest.
        largest: f64,
        /// The rounding error of the eigenvalues.
        threshold: f64,
    },
    /// A matrix with a negative eigenvalue that rounding does not explain.
    #[error(
        "the covariance has the smallest eigenvalue {smallest:e}, which rounding does not explain; a covariance is positive semidefinite"
    )]
    NotSemidefinite {
        /// The smallest eigenvalue.
        smallest: f64,
    },
    /// The eigenvalues were not found.
    #[error(
        "the eigenvalues of the covariance were not found; rescale it, entries near overflow are the likely reason"
    )]
    NoEigenvalues,
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

impl Eigenbasis {
    /// Of a symmetric matrix, `d × d`. With the feature `large` by faer, whose blocked algorithms are those of LAPACK; without it by nalgebra.
    ///
    /// # Errors
    /// [`CovarianceError`] if it is not square with at least one row, not finite, or not symmetric to the last bit.
    pub fn new(matrix: &DMatrix<f64>) -> Result<Self, CovarianceError> {
        let (rows, columns) = matrix.shape();
        if rows == 0 || rows != columns {
            let wanted = (rows.max(1), rows.max(1));
            return Err(CovarianceError::Shape { name: "the covariance", wanted, got: (rows, columns) });
        }
        finite("the covariance", matrix.as_slice())?;
        symmetric(matrix)?;
        let (values, vectors) = decompose(matrix)?;
        Self::of(values, vectors)
    }

    /// A decomposition that was made elsewhere: `d` eigenvalues in any order, and the eigenvectors as columns, `d × d`. Nothing but their
    /// shapes is looked at; [`backward_error`](Self::backward_error) says what they are worth.
    ///
    /// # Errors
    /// [`CovarianceError`] if the shapes do not fit or a number is not finite.
    pub fn of(values: Vec<f64>, vectors: DMatrix<f64>) -> Result<Self, CovarianceError> {
        let d = values.len();
        if d == 0 || vectors.shape() != (d, d) {
            let wanted = (d.max(1), d.max(1));
            return Err(CovarianceError::Shape { name: "the matrix of eigenvectors", wanted, got: vectors.shape() });
        }
        finite("the eigenvalues", &values)?;
        finite("the matrix of eigenvectors", vectors.as_slice())?;
        if values.is_sorted() {
            return Ok(Self { values, transposed: vectors.transpose(), vectors });
        }
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|i, j| values[*i].total_cmp(&values[*j]));
        let vectors = vectors.select_columns(&order);
        Ok(Self { values: order.iter().map(|at| values[*at]).collect(), transposed: vectors.transpose(), vectors })
    }

    /// Itself, if the smallest eigenvalue can be told from 0: if it exceeds [`rounding`](Self::rounding).
    ///
    /// # Errors
    /// [`CovarianceError::NotPositiveDefinite`] otherwise.
    pub fn positive_definite(self) -> Result<Self, CovarianceError> {
        positive_spread(&[self.values[0], self.values[self.dimension() - 1]], self.dimension())?;
        Ok(self)
    }

    /// Itself, with eigenvalues that rounding alone made negative set to 0.
    ///
    /// # Errors
    /// [`CovarianceError::NotSemidefinite`] if one is below what rounding makes of 0.
    pub fn semidefinite(mut self) -> Result<Self, CovarianceError> {
        let smallest = self.values[0];
        // Sixteen times, because an algorithm makes several roundings a rotation.
        if smallest < -16.0 * self.rounding() {
            return Err(CovarianceError::NotSemidefinite { smallest });
        }
        self.values.iter_mut().for_each(|value| *value = value.max(0.0));
        Ok(self)
    }

    /// `d·u·‖Σ‖`, `u = 2⁻⁵³`: the size of what a backward stable algorithm leaves of an eigenvalue 0.
    pub fn rounding(&self) -> f64 {
        rounding(&self.values, self.dimension())
    }

    /// `d`.
    pub fn dimension(&self) -> usize {
        self.values.len()
    }

    /// The eigenvalues, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The eigenvectors as columns, `d × d`.
    pub fn vectors(&self) -> &DMatrix<f64> {
        &self.vectors
    }

    /// Coordinates along the axes, `UᵀY`, of the `n` columns of `Y`, `d × n`: the rows of an array `(n, d)` in the order of C.
    pub fn coordinates(&self, points: &DMatrixView<'_, f64>) -> DMatrix<f64> {
        &self.transposed * points
    }

    /// The points with these coordinates, `UZ`, both `d × n`.
    pub fn points(&self, coordinates: &DMatrix<f64>) -> DMatrix<f64> {
        &self.vectors * coordinates
    }

    /// The vector with these coordinates, `d` entries.
    pub fn point(&self, coordinates: Vec<f64>) -> DVector<f64> {
        &self.vectors * DVector::from_vec(coordinates)
    }

    /// `U diag(entries) Uᵀ`, symmetric to the last bit.
    pub fn matrix(&self, entries: &[f64]) -> DMatrix<f64> {
        let mut scaled = self.vectors.clone();
        scaled.column_iter_mut().zip(entries).for_each(|(mut column, entry)| column *= *entry);
        let mut product = scaled * &self.transposed;
        product.fill_lower_triangle_with_upper_triangle();
        product
    }
}

/// `d·u` times the largest magnitude.
fn rounding(values: &[f64], d: usize) -> f64 {
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    d as f64 * (f64::EPSILON / 2.0) * largest
}

/// Whether the smallest of these variances, of a law in `d` dimensions, can be told from 0.
///
/// # Errors
/// [`CovarianceError::NotPositiveDefinite`] if not.
pub(crate) fn positive_spread(variances: &[f64], d: usize) -> Result<(), CovarianceError> {
    let smallest = variances.iter().copied().fold(f64::INFINITY, f64::min);
    let threshold = rounding(variances, d);
    if smallest > threshold {
        return Ok(());
    }
    let largest = variances.iter().copied().fold(0.0, f64::max);
    Err(CovarianceError::NotPositiveDefinite { smallest, largest, threshold })
}

#[cfg(feature = "large")]
fn decompose(matrix: &DMatrix<f64>) -> Result<(Vec<f64>, DMatrix<f64>), CovarianceError> {
    let d = matrix.nrows();
    let given = faer::MatRef::from_column_major_slice(matrix.as_slice(), d, d);
    let eigen = given.self_adjoint_eigen(faer::Side::Lower).map_err(|_| CovarianceError::NoEigenvalues)?;
    let vectors = DMatrix::from_fn(d, d, |i, j| eigen.U()[(i, j)]);
    Ok((eigen.S().column_vector().iter().copied().collect(), vectors))
}

#[cfg(not(feature = "large"))]
fn decompose(matrix: &DMatrix<f64>) -> Result<(Vec<f64>, DMatrix<f64>), CovarianceError> {
    // Converges in a few iterations for each eigenvalue; entries near overflow may prevent it.
    let iterations = 100 * matrix.nrows();
    let eigen = nalgebra::SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, iterations);
    let eigen = eigen.ok_or(CovarianceError::NoEigenvalues)?;
    Ok((eigen.eigenvalues.as_slice().to_vec(), eigen.eigenvectors))
}

/// Refuses an infinity or NaN among the entries of what has this name.
pub(crate) fn finite(name: &'static str, values: &[f64]) -> Result<(), CovarianceError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((at, value)) => Err(CovarianceError::NotFinite { name, at, value: *value }),
    }
}

fn symmetric(matrix: &DMatrix<f64>) -> Result<(), CovarianceError> {
    let below = (0..matrix.nrows()).flat_map(|column| (0..column).map(move |row| (row, column)));
    for (row, column) in below {
        let (upper, lower) = (matrix[(row, column)], matrix[(column, row)]);
        if upper != lower {
            return Err(CovarianceError::NotSymmetric { row, column, upper, lower });
        }
    }
    Ok(())
}
