//! What a misspelt name may have meant.

/// The closest of some names by edit distance, if it is close at all.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // An abbreviation is near whatever its length: lam for lambda.
    let abbreviates = |a: &str, b: &str| a.len() > 1 && b.starts_with(a);
    let distance = |other: &str| match abbreviates(name, other) || abbreviates(other, name) {
        true => 1,
        false => edits(name, other),
    };
    let (distance, near) = names.map(|other| (distance(other), other)).min()?;
    (distance <= 1 + name.chars().count() / 4).then_some(near)
}

/// Levenshtein distance, with an exchange of neighbours counted once.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let exchange = match i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    true => table[i - 2][j - 2] + 1,
                    false => usize::MAX,
                };
                change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(exchange)
            };
        }
    }
    table[a.len()][b.len()]
}
