//! The known-answer files that are kept are those that the command writes, to the byte, and it writes over nothing else.

use ouracle::vectors::{WriteError, index, known_answers, write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/v1")
}

/// Every file below a folder, by its path from there.
fn below(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// A folder of its own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ouracle-known-answers-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_files_that_are_kept_are_made_again_to_the_byte() {
    let files = known_answers(2);
    let mut made: BTreeMap<String, String> = files.iter().map(|file| (file.path(), file.text.clone())).collect();
    made.insert("index.json".to_owned(), index(&files));
    let mut kept = below(&kept());
    assert!(kept.remove("schema.json").is_some());
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&made), "files that are missing or left over; `ouracle vectors write` writes them");
    for (name, text) in &made {
        assert!(kept[name] == *text, "{name} is not what `ouracle vectors write` writes");
    }
    // A folder in which not all can be read or are asked for is too large to be looked at.
    assert!(made.values().map(String::len).sum::<usize>() < 6_000_000);
}

#[test]
fn a_folder_is_filled_and_nothing_that_is_not_ours_is_touched() {
    let scratch = Scratch::new("filled");
    let first = write(&scratch.0, 2).unwrap();
    assert!(first.left_over.is_empty());
    let v1 = scratch.0.join("v1");
    assert_eq!(below(&v1), below(&kept()), "the schema, too");

    // What is written by hand stays, and so does what an earlier version made.
    let file = std::fs::read_to_string(v1.join("ou-1d/score.json")).unwrap();
    std::fs::write(v1.join("schema.json"), "by hand").unwrap();
    std::fs::write(v1.join("ou-1d/former.json"), &file).unwrap();
    std::fs::write(v1.join("ou-1d/note.json"), "{}").unwrap();
    std::fs::write(v1.join("ou-1d/score.json"), file.replace("\"0.1", "\"0.0")).unwrap();
    let second = write(&scratch.0, 1).unwrap();
    assert_eq!(second.left_over, [v1.join("ou-1d/former.json")]);
    assert_eq!(std::fs::read_to_string(v1.join("ou-1d/score.json")).unwrap(), file, "of another version, but ours");
    assert_eq!(std::fs::read_to_string(v1.join("schema.json")).unwrap(), "by hand");

    for foreign in ["{}", "not JSON", r#"{"made_by":{"ouracle":"1.0.0","command":"by hand"}}"#] {
        std::fs::remove_file(v1.join("index.json")).unwrap();
        std::fs::write(v1.join("mixture-ou/score.json"), foreign).unwrap();
        let error = write(&scratch.0, 2).unwrap_err();
        assert!(matches!(&error, WriteError::NotOurs { path } if path.ends_with("mixture-ou/score.json")), "{error}");
        assert!(error.to_string().contains("nothing was written") && !v1.join("index.json").exists());
        std::fs::write(v1.join("index.json"), index(&second.files)).unwrap();
    }
}
