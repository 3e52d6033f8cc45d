//! Sweeps as a user meets them: the same bytes whatever the threads, the pieces and the interruptions, and sentences for what is wrong.

use ouracle::ledger::{Bounds, Cause, Cell, Sweep, SweepOptions};
use ouracle::numbers::{Ball, Field, Interval, parse_rational};
use ouracle::parameters::Inputs;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SMALL: [&str; 10] = [
    "sweep",
    "spectrum=power-law",
    "vmax=90",
    "power=2",
    "lam=0.3",
    "--schedule=vp-linear b0=0.1 b1=8 T=1",
    "--schedule=ve-geometric smin=0.01 smax=50 T=1",
    "--delta=-0.3,0,0.001:1:7:log",
    "--dimensions=1,2,5,64",
    "--jobs=2",
];
const CELLS: usize = 2 * 9 * 4;

fn ouracle(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ouracle")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// Sweeps into a folder; what it says.
fn swept(folder: &Path, more: &[&str]) -> String {
    let output = ouracle(&[&SMALL[..], more, &["--out", folder.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

fn refused(arguments: &[&str]) -> String {
    let output = ouracle(arguments);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    message
}

fn cells(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("cells.jsonl")).unwrap()
}

#[test]
fn threads_pieces_and_interruptions_do_not_change_a_byte() {
    let whole = scratch("sweep-whole");
    assert!(swept(&whole, &[]).starts_with("72 of 72 cells."));
    let wanted = cells(&whole);
    assert_eq!(text(&wanted).lines().count(), 1 + CELLS);
    for file in ["map.svg", "index.html"] {
        assert!(fs::read_to_string(whole.join(file)).unwrap().contains("ve-geometric"), "{file}");
    }

    let other = scratch("sweep-prior");
    swept(&other, &["vpi=2"]);
    assert_ne!(cells(&other), wanted, "another prior is another sweep");

    // Cut within the header, after it, within a line, and between lines.
    let header = wanted.iter().position(|byte| *byte == b'\n').unwrap();
    let cut = scratch("sweep-cut");
    for length in [0, header / 2, header, header + 1, header + 20, wanted.len() / 2, wanted.len() - 1, wanted.len()] {
        fs::create_dir_all(&cut).unwrap();
        fs::write(cut.join("cells.jsonl"), &wanted[..length]).unwrap();
        let kept = text(&wanted[..length]).matches('\n').count().saturating_sub(1);
        let said = swept(&cut, &[]);
        assert_eq!(cells(&cut), wanted, "cut at {length}");
        assert_eq!(said.contains(&format!("{kept} cells were there already")), kept > 0, "{said}");
    }

    let pieces = [3, 1, 2].map(|index| {
        let folder = scratch(&format!("sweep-piece-{index}"));
        swept(&folder, &[&format!("--shard={index}/3")]);
        folder.to_str().unwrap().to_owned()
    });
    let [a, b, c] = pieces.each_ref().map(String::as_str);
    let merged = scratch("sweep-merged");
    let out = merged.to_str().unwrap();
    let output = ouracle(&["report", a, b, c, "--out", out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(cells(&merged), wanted);
    for file in ["map.svg", "index.html"] {
        assert_eq!(fs::read(merged.join(file)).unwrap(), fs::read(whole.join(file)).unwrap(), "{file}");
    }

    let output = ouracle(&["report", a, c, "--out", out]);
    assert_eq!(output.status.code(), Some(3), "a piece is missing");
    assert!(fs::read_to_string(merged.join("index.html")).unwrap().contains("24 of 72 cells are missing."));
    assert!(refused(&["report", a, a, "--out", out]).contains("are both piece 3/3"));
    assert!(
        refused(&["report", a, whole.to_str().unwrap(), "--out", out]).contains("is a whole sweep, not a piece of one")
    );
}

#[test]
fn a_folder_of_another_sweep_is_left_alone() {
    let folder = scratch("sweep-other");
    let out = folder.to_str().unwrap();
    swept(&folder, &["--shard=1/2"]);
    let before = cells(&folder);
    for (more, wanted) in [
        (&["--shard=2/2"][..], "the piece differs (1/2 and 2/2)"),
        (&["--shard=1/3"], "the number of pieces differs (2 and 3)"),
        (&[], "the number of pieces differs (2 and 1)"),
        (
            &["vpi=3", "--shard=1/2"],
            "the world differs (lam=0.3 power=2 spectrum=power-law vmax=90 and lam=0.3 power=2 spectrum=",
        ),
        (&["--schedule=vp-linear b0=1 b1=8 T=1", "--shard=1/2"], "the list of schedules differs"),
    ] {
        let said = refused(&[&SMALL[..], more, &["--out", out]].concat());
        assert!(said.contains(wanted) && said.contains("a folder of its own"), "{said}");
        assert_eq!(cells(&folder), before);
    }

    // A line that is whole but not the one that is due was not cut off: somebody changed it.
    let mut lines: Vec<_> = text(&before).lines().map(str::to_owned).collect();
    lines.remove(3);
    fs::write(folder.join("cells.jsonl"), lines.join("\n") + "\n").unwrap();
    let said = refused(&[&SMALL[..], &["--shard=1/2", "--out", out]].concat());
    assert!(said.contains("line 4 is not cell 4 of this sweep: it is cell 6"), "{said}");
    fs::write(folder.join("cells.jsonl"), "something else\n").unwrap();
    let said = refused(&[&SMALL[..], &["--out", out]].concat());
    assert!(said.contains("line 1 is not the header of a sweep"), "{said}");
}

#[test]
fn every_mistake_gets_a_sentence() {
    for (arguments, wanted) in [
        (&["sweep", "spectrum=isotropic"][..], "parameter `v0` is missing"),
        (&["sweep", "lam=1"], "`lam` is 1, but it must be a number < 1"),
        (&["sweep", "vmn=1"], "there is no parameter `vmn` here"),
        (&["sweep", "spectrum=geometric", "vmin=2", "vmax=1"], "`vmin` must be < `vmax`"),
        (&["sweep", "--delta", "1:2"], "`1:2` is no range"),
        (&["sweep", "--dimensions", "0.2"], "`0.2` is not a dimension from 1 to 1000000"),
        (&["sweep", "--schedule", "vp"], "must be one of vp-linear"),
        (&["sweep", "--schedule", "vp-linear b0=1 b1=2"], "parameter `T` is missing"),
        (&["sweep", "--schedule", "vp-cosine s=0.008 T=1"], "ends where no signal is left"),
        (
            &[
                "sweep",
                "--schedule",
                "ve-geometric smin=1 smax=2 T=1",
                "--schedule",
                "process=ve-geometric smin=1 smax=2 T=1",
            ],
            "given twice",
        ),
        (&["sweep", "--delta", "0:1:100000", "--dimensions", "1:100:100"], "40000000 cells are more than 2000000"),
    ] {
        let said = refused(&[arguments, &["--out", scratch("sweep-mistake").to_str().unwrap()]].concat());
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
    assert!(!scratch("sweep-mistake").exists(), "nothing is written before the arguments are read");
}

/// Every cell in one dimension encloses what the claim about the gap answers, narrowly, and the splits add up; how many there were.
fn compared(schedules: &[&str], delta: &str, v0: &str, more: &str) -> usize {
    let options = SweepOptions {
        schedules: schedules.iter().map(|words| (*words).to_owned()).collect(),
        delta: delta.to_owned(),
        dimensions: "1".to_owned(),
        world: format!("spectrum=isotropic v0={v0} {more}"),
    };
    let exact = |text: &str| Ball::rational(&parse_rational(text).unwrap());
    let ball = |bounds: Bounds| Ball::from(Interval::new(bounds.0.unwrap(), bounds.1.unwrap()).unwrap());
    let mut seen = 0;
    let compare = |cell: &Cell| -> Result<(), ()> {
        // log p_θ(x) − ELBO(x) is an affine function of x², so that its average is its value at x² = v₀.
        let gap = |x: &str| {
            let words = format!("process={} delta={} v0={v0} {more} x={x}", schedules[cell.schedule], cell.delta);
            let inputs = Inputs::from_words(words.split_whitespace()).unwrap();
            ouracle::claims::ask("variational-gap/gap", &inputs, 40).unwrap().value
        };
        let slack = gap("0") + (gap("1") - gap("0")) * exact(v0);
        assert!(ball(cell.slack).overlaps(&slack), "{cell:?}: {slack:?}");
        for bounds in [cell.gap, cell.prior, cell.score, cell.model, cell.slack].map(ball) {
            let bounds = bounds.to_f64_interval();
            assert!(bounds.radius() <= bounds.mig() * 1e-6, "{cell:?}");
        }
        assert!((ball(cell.prior) + ball(cell.score)).overlaps(&ball(cell.gap)));
        assert!((ball(cell.model) + ball(cell.slack)).overlaps(&ball(cell.gap)));
        let larger = if ball(cell.prior).lo() > ball(cell.score).hi() { Cause::Prior } else { Cause::Score };
        assert_eq!(cell.larger, larger);
        seen += 1;
        Ok(())
    };
    Sweep::new(&options).unwrap().run(1, None, 0, compare).unwrap();
    seen
}

#[test]
fn cells_enclose_what_the_oracle_says() {
    let schedules = ["vp-linear b0=0.1 b1=3 T=1", "ve-geometric smin=0.01 smax=5 T=1"];
    assert_eq!(compared(&schedules, "-0.9,-0.1,0,1/3,2", "0.7", "vpi=1.3 lam=-0.5"), 10);
}

/// Where the prior is right to thirteen digits, doubles know nothing of what it costs.
#[test]
fn what_doubles_cannot_tell_is_enclosed_with_more_digits() {
    assert_eq!(compared(&["vp-linear b0=0.1 b1=60 T=1"], "0,1e-14", "0.7", "vpi=1 lam=0"), 2);
}
