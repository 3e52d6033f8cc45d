//! A matrix times vectors of paths, some rows and several vectors at a time.
//!
//! The entries of four rows stand side by side and go to all lanes from memory; sixteen sums, or four on a machine with fewer registers,
//! stay in registers over all columns. Each sum runs over the columns in their order, whatever the tile: the bits are the same.

use super::precision::Precision;
use crate::numbers::{Machine, Reals};

/// Rows in a panel.
pub(super) const ROWS: usize = 4;

/// Vectors of paths that go side by side.
pub(super) const GROUP: usize = 4;

/// What stands in one coordinate of a group of paths.
pub(super) type Row<P, M> = [<P as Precision>::Vector<M>; GROUP];

/// A matrix in panels of rows, the last filled up with zeros.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Panels<P> {
    columns: usize,
    entries: Vec<[P; ROWS]>,
}

impl<P: Precision> Panels<P> {
    /// Of a matrix by rows.
    pub(super) fn new(matrix: &[f64], columns: usize) -> Self {
        let mut entries = Vec::with_capacity(matrix.len().div_ceil(ROWS));
        for panel in matrix.chunks(ROWS * columns.max(1)) {
            for column in 0..columns {
                let mut entry = [P::default(); ROWS];
                for (place, row) in entry.iter_mut().zip(panel.chunks(columns)) {
                    *place = P::rounded(row[column]);
                }
                entries.push(entry);
            }
        }
        Self { columns, entries }
    }

    /// Adds the rows of one panel, times the vectors, to the sums.
    #[inline(always)]
    pub(super) fn add<M: Machine>(&self, m: M, panel: usize, vectors: &[Row<P, M>], sums: &mut [Row<P, M>; ROWS]) {
        let entries = &self.entries[panel * self.columns..(panel + 1) * self.columns];
        if M::REGISTERS >= 2 * ROWS * GROUP {
            tile::<P, M, GROUP>(m, entries, vectors, 0, sums);
        } else {
            for from in 0..GROUP {
                tile::<P, M, 1>(m, entries, vectors, from, sums);
            }
        }
    }
}

/// The sums of `WIDTH` of the vectors.
#[inline(always)]
fn tile<P: Precision, M: Machine, const WIDTH: usize>(
    m: M,
    entries: &[[P; ROWS]],
    vectors: &[Row<P, M>],
    from: usize,
    sums: &mut [Row<P, M>; ROWS],
) {
    let mut held = [[sums[0][from]; WIDTH]; ROWS];
    for r in 0..ROWS {
        for v in 0..WIDTH {
            held[r][v] = sums[r][from + v];
        }
    }
    for (entry, vector) in entries.iter().zip(vectors) {
        for r in 0..ROWS {
            let factor = P::Vector::<M>::same(m, entry[r].into());
            for v in 0..WIDTH {
                held[r][v] = factor.times_plus(m, vector[from + v], held[r][v]);
            }
        }
    }
    for r in 0..ROWS {
        for v in 0..WIDTH {
            sums[r][from + v] = held[r][v];
        }
    }
}
