//! What is asked of an implementation: cases, quantities, points, exact answers, and the mistakes that every question tells from the truth.
