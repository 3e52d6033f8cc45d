//! The registry: every file of a folder of claims is in its list, every claim can fail, and every source resolves.

use ouracle::claims::{self, Expect, Page};
use std::collections::BTreeSet;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file without its `mod` line is not even compiled, so the compiler cannot miss it.
#[test]
fn every_file_of_a_folder_of_claims_is_in_its_list() {
    let mut files = BTreeSet::new();
    for folder in ["ct_elbo", "look_alikes", "samplers", "vdm", "csdi", "score_matching", "purification", "statistics"]
        .map(|name| root().join("src/claims").join(name))
    {
        let list = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(stem) = name.strip_suffix(".rs").filter(|stem| *stem != "mod") {
                assert!(list.contains(&format!("mod {stem};")), "{stem} has no mod line");
                assert!(list.contains(&format!("&{stem}::CLAIM")), "{stem} is not in CLAIMS");
                files.insert(stem.replace('_', "-"));
            }
        }
    }
    let ids: BTreeSet<_> = claims::all().map(|claim| claim.id.to_owned()).collect();
    assert_eq!(ids, files, "a claim's id is the name of its file");
}

#[test]
fn every_look_alike_stands_beside_a_truth_that_is_upheld() {
    let folders = [
        (claims::ct_elbo::CLAIMS, true),
        (claims::look_alikes::CLAIMS, false),
        (claims::samplers::CLAIMS, true),
        (claims::vdm::CLAIMS, true),
        (claims::csdi::CLAIMS, true),
        (claims::score_matching::CLAIMS, true),
        (claims::purification::CLAIMS, true),
        (claims::statistics::CLAIMS, true),
    ];
    for (claim, is_true) in folders.into_iter().flat_map(|(list, is_true)| list.iter().map(move |c| (c, is_true))) {
        assert_eq!(claim.expect.is_true(), is_true, "{} is in the wrong folder", claim.id);
        let Expect::False { truth, upheld_by } = claim.expect else { continue };
        assert!(claims::find(upheld_by).is_some_and(|found| found.expect.is_true()), "{upheld_by} is no claim");
        assert!(truth.contains('$'), "{} states no formula beside it", claim.id);
        for part in claim.readings.iter().chain(claim.controls.iter().map(|control| &control.readings)) {
            assert!(part.certificate.is_some() && part.simulation.is_none(), "{} needs a certificate", claim.id);
        }
        assert!(claim.quantities.is_empty(), "{} gives numbers", claim.id);
    }
}

/// Every statement of the paper has a claim or a reason, and every claim serves a statement.
#[test]
fn every_statement_of_the_paper_is_decided_or_says_why_not() {
    let mut cited = BTreeSet::new();
    for theorem in claims::CONFORMANCE {
        assert!(!theorem.decided_by.is_empty() || !theorem.not_covered.is_empty(), "{} has neither", theorem.says);
        for id in theorem.decided_by {
            assert!(claims::find(id).is_some_and(|claim| claim.id == *id), "there is no claim {id}");
            cited.insert(*id);
        }
    }
    for claim in claims::ct_elbo::CLAIMS {
        assert!(cited.contains(claim.id), "{} serves no statement of the paper", claim.id);
    }
}

#[test]
fn ids_and_aliases_name_one_claim_each() {
    let mut names = BTreeSet::new();
    for claim in claims::all() {
        for name in claim.aliases.iter().chain([&claim.id]) {
            assert!(names.insert(*name), "{name} names two claims");
            assert_eq!(claims::find(name).unwrap().id, claim.id);
        }
    }
}

#[test]
fn every_claim_has_two_to_ten_wrong_versions_with_stories_and_every_simulated_part_has_one() {
    for claim in claims::all() {
        let enough = if claim.expect.is_true() { 2..=10 } else { 1..=2 };
        assert!(enough.contains(&claim.controls.len()), "{} has {} controls", claim.id, claim.controls.len());
        let ids: BTreeSet<_> = claim.controls.iter().map(|control| control.id).collect();
        assert_eq!(ids.len(), claim.controls.len(), "{} has a control twice", claim.id);
        for control in claim.controls {
            assert!(control.readings.present().next().is_some(), "{}/{} is never due", claim.id, control.id);
            assert!(control.story.chars().count() > 10, "{}/{} has no story", claim.id, control.id);
            let part = claim.readings.iter().find(|part| part.label == control.readings.label);
            assert!(part.is_some(), "{}/{} imitates no part", claim.id, control.id);
        }
        for part in claim.readings.iter().filter(|part| part.simulation.is_some()) {
            let imitated = claim
                .controls
                .iter()
                .any(|control| control.readings.label == part.label && control.readings.simulation.is_some());
            assert!(imitated, "nothing says how many draws {} `{}` needs", claim.id, part.label);
        }
    }
}

#[test]
fn every_page_states_its_formula_and_every_source_is_in_the_bibliography() {
    let bibliography = std::fs::read_to_string(root().join("references.bib")).unwrap();
    for claim in claims::all() {
        let page = Page::of(claim.text);
        assert!(page.formulas().next().is_some(), "{} shows no formula", claim.id);
        assert!(page.to_text().len() > 200, "{} has no page", claim.id);
        assert!(!claim.sources.is_empty(), "{} names no source", claim.id);
        for source in claim.sources {
            assert!(bibliography.contains(&format!("{{{source},")), "{source} of {} does not resolve", claim.id);
        }
    }
}

#[test]
fn every_quantity_describes_its_parameters() {
    for claim in claims::all() {
        for quantity in claim.quantities {
            let names: BTreeSet<_> = quantity.parameters().iter().map(|field| field.name).collect();
            assert!(!names.is_empty(), "{}/{} asks for nothing", claim.id, quantity.id);
            assert_eq!(names.len(), quantity.parameters().len(), "{}/{} asks twice", claim.id, quantity.id);
        }
    }
}

/// Every trap is a wrong version of a claim, once, and says what holds instead.
#[test]
fn every_trap_is_a_wrong_version_of_a_claim() {
    let mut seen = BTreeSet::new();
    for trap in claims::TRAPS {
        let claim = claims::all().find(|claim| claim.id == trap.claim);
        let claim = claim.unwrap_or_else(|| panic!("{} is no claim", trap.claim));
        let known = claim.controls.iter().any(|control| control.id == trap.control);
        assert!(known, "{} has no wrong version {}", trap.claim, trap.control);
        assert!(!trap.conclusion.is_empty() && !trap.instead.is_empty());
        assert!(seen.insert((trap.claim, trap.control)), "{}/{} comes twice", trap.claim, trap.control);
    }
    assert!(!seen.is_empty());
}
