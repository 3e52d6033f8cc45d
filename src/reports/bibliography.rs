//! The works that claims cite, from `references.bib`: entries with one `name = {value},` on a line.

use std::collections::BTreeMap;

const BIBLIOGRAPHY: &str = include_str!("../../references.bib");

/// The work with this key, as a reader would cite it.
pub(super) fn citation(key: &str) -> Option<String> {
    cite(&entry(BIBLIOGRAPHY, key)?)
}

/// The fields of an entry.
fn entry<'a>(bibliography: &'a str, key: &str) -> Option<BTreeMap<&'a str, &'a str>> {
    let is_ours = |line: &&str| {
        line.strip_prefix('@')
            .and_then(|rest| rest.split_once('{'))
            .is_some_and(|(_, k)| k.trim_end().trim_end_matches(',') == key)
    };
    let mut lines = bibliography.lines();
    lines.find(is_ours)?;
    let fields = lines.take_while(|line| line.trim() != "}").filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim(), value.trim().trim_end_matches(',').strip_prefix('{')?.strip_suffix('}')?))
    });
    Some(fields.collect())
}

fn cite(fields: &BTreeMap<&str, &str>) -> Option<String> {
    let get = |name: &str| fields.get(name).copied();
    let mut parts = vec![authors(get("author")?), get("title")?.to_owned()];
    let venue = get("journal").or(get("booktitle")).or(get("publisher"));
    let volume = get("volume").map(|volume| match get("number") {
        Some(number) => format!("{volume}({number})"),
        None => volume.to_owned(),
    });
    let pages = get("pages").map(|pages| pages.replace("--", "–"));
    let place = match (volume, pages) {
        (Some(volume), Some(pages)) => Some(format!("{volume}: {pages}")),
        (None, Some(pages)) => Some(format!("pp. {pages}")),
        (volume, None) => volume,
    };
    let venue = [venue.map(|venue| venue.replace("--", "–")), place, get("year").map(str::to_owned)];
    parts.push(venue.into_iter().flatten().collect::<Vec<_>>().join(", "));
    parts.extend(get("doi").map(|doi| format!("doi:{doi}")));
    parts.extend(get("eprint").map(|eprint| format!("arXiv:{eprint}")));
    Some(parts.join(". "))
}

/// `Family, Given and …` turned into `Given Family, … and …`.
fn authors(field: &str) -> String {
    let names: Vec<_> = field
        .split(" and ")
        .map(|name| name.split_once(", ").map_or(name.to_owned(), |(family, given)| format!("{given} {family}")))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_cited() {
        let keys = BIBLIOGRAPHY.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{')?.1.strip_suffix(','));
        assert!(keys.clone().count() >= 10);
        keys.for_each(|key| assert!(citation(key).is_some_and(|text| !text.contains(['{', '}'])), "{key}"));
    }

    #[test]
    fn a_citation_reads_as_one_would_write_it() {
        let known = citation("vincent2011");
        let expected = "Pascal Vincent. A Connection Between Score Matching and Denoising Autoencoders. \
            Neural Computation, 23(7): 1661–1674, 2011. doi:10.1162/NECO_a_00142";
        assert_eq!(known.as_deref(), Some(expected));
        assert_eq!(citation("nobody1900"), None);
    }
}
