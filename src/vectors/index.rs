//! The index of known-answer files: what there is, and the sums by which a copy is told from the original.

use super::known_answers::{FORMAT, KnownAnswers, LICENSE, block, layout, made_by};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// `index.json`: every file with its questions in each tier and its SHA-256 sum, and how many there are in all.
pub fn index(files: &[KnownAnswers]) -> String {
    let lines: Vec<String> = files
        .iter()
        .map(|file| {
            let sum: String = Sha256::digest(file.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "path": file.path(), "case": file.case, "quantity": file.quantity, "tests": tiers(file.tests), "sha256": sum })
                .to_string()
        })
        .collect();
    let all = files.iter().fold([0; 3], |sum, file| [0, 1, 2].map(|tier| sum[tier] + file.tests[tier]));
    layout(&[
        ("format", json!(FORMAT).to_string()),
        ("license", json!(LICENSE).to_string()),
        ("made_by", made_by().to_string()),
        ("totals", json!({ "files": files.len(), "tests": tiers(all) }).to_string()),
        ("files", block('[', &lines, ']')),
    ])
}

fn tiers([smoke, core, full]: [usize; 3]) -> Value {
    json!({ "smoke": smoke, "core": core, "full": full })
}
