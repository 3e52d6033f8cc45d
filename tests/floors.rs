//! Each floor imports only floors below: read off the `use` lines, so that an upward import fails here and not in a review.

use std::path::{Path, PathBuf};

/// From the ground up; modules on one line stand beside each other and do not know each other.
const FLOORS: &[&[&str]] = &[
    &["numbers"],
    &["parameters"],
    &["simulation", "worlds"],
    &["objectives", "strategies"],
    &["evidence"],
    &["claims"],
    &["examination", "ledger"],
    &["subjects", "vectors"],
    &["reports"],
    &["cli", "main", "lib"],
];

fn floor(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| panic!("{module} stands on no floor"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The modules that a source file names with `crate::` or, in the binary, `ouracle::`; comments do not count.
fn imports(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut modules = Vec::new();
    for line in code {
        for prefix in ["crate::", "ouracle::"] {
            for (at, _) in line.match_indices(prefix) {
                // `$crate::` stands in macros, which expand where they are used; other words may end in `crate`.
                if line[..at].ends_with(|c: char| c == '$' || c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let rest = &line[at + prefix.len()..];
                let module: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                modules.push(module);
            }
        }
    }
    modules
}

fn violations(files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (module, source) in files {
        for imported in imports(source) {
            let known = FLOORS.iter().any(|floor| floor.contains(&imported.as_str()));
            if known && imported != *module && floor(&imported) >= floor(module) {
                wrong.push(format!("{module} imports {imported}"));
            }
        }
    }
    wrong
}

#[test]
fn no_floor_imports_one_above_or_beside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<(String, String)> = sources(&root)
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let module = inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            (module, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    assert!(files.len() > 60);
    assert_eq!(violations(&files), Vec::<String>::new());
}

#[test]
fn an_upward_import_is_seen() {
    let file = |module: &str, source: &str| vec![(module.to_owned(), source.to_owned())];
    assert_eq!(violations(&file("numbers", "use crate::worlds::Clock;")).len(), 1);
    assert_eq!(violations(&file("worlds", "fn f() -> crate::claims::Claim {}")).len(), 1);
    assert_eq!(violations(&file("ledger", "use crate::vectors::verify;")).len(), 1);
    assert!(violations(&file("worlds", "use crate::numbers::Ball; // crate::claims")).len() == 1);
    assert!(violations(&file("worlds", "// use crate::claims::Claim;\nuse crate::numbers::Ball;")).is_empty());
}

#[test]
fn no_file_is_a_drawer_and_none_grows_beyond_a_chapter() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!["util", "utils", "common", "helpers", "misc", "core"].contains(&name.as_str()), "{}", path.display());
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}
