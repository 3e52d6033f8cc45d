//! Hostile inputs: each is refused in one sentence that says what was given, what is wanted and what to do; none panics.

use ouracle::numbers::{Ball, Field, Float, Matrix, Rational, Vector, parse_rational};
use ouracle::parameters::{Domain, ExactReader, InputError, Inputs, Parameters, Source, describe};
use ouracle::worlds::MixtureData;
use proptest::prelude::*;
use serde_json::{Value, json};

ouracle::parameters! {
    /// One of everything.
    Everything {
        process: process "the noising process",
        x: real "the data point",
        v0: positive "the variance of the data",
        delta: nonnegative "the error",
        rho: below_one "the correlation",
        lam: at_most_one "the member",
        n: count "the number of steps",
        m: vector "the mean",
        cov: matrix "the covariance",
    }
}

const GOOD: &str = "process=vp-linear b0=0.1 b1=20 T=1 x=-0.5 v0=1/3 delta=0 rho=0.9 lam=1 n=3 m=[1,\"1/7\",-2e-3] cov=[[2,0.1],[0.1,1]]";

fn read(inputs: &Inputs) -> Result<Everything<Ball>, InputError> {
    ExactReader::new(inputs, &[]).read()
}

fn with(name: &str, value: &str) -> Result<Everything<Ball>, InputError> {
    let others: Vec<&str> = GOOD.split_whitespace().filter(|word| !word.starts_with(&format!("{name}="))).collect();
    let word = format!("{name}={value}");
    read(&Inputs::from_words(others.into_iter().chain([word.as_str()]))?)
}

fn with_json(name: &str, value: Value) -> Result<Everything<Ball>, InputError> {
    let mut object = json!({
        "process": "vp-linear", "b0": 0.1, "b1": "20", "T": 1, "x": -0.5, "v0": "1/3", "delta": 0, "rho": 0.9, "lam": 1, "n": "3",
        "m": [1, "1/7", -2e-3], "cov": [[2, 0.1], ["1/10", 1]],
    });
    object[name] = value;
    read(&Inputs::from_json(&object)?)
}

/// One line, not longer than a person reads, with every one of these words in it.
fn is_a_line(message: &str, words: &[&str]) {
    assert!(!message.chars().any(char::is_control), "a control character in: {message:?}");
    assert!(message.chars().count() < 400, "too long: {message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

/// And one sentence, which only holds where nothing that is quoted ends one.
fn is_a_sentence(message: &str, words: &[&str]) {
    is_a_line(message, words);
    let unshortened = message.replace("...", "");
    assert!(!unshortened.ends_with('.') && !unshortened.contains(". "), "more than one sentence: {message}");
}

fn refused(result: Result<Everything<Ball>, InputError>, words: &[&str]) {
    match result {
        Ok(_) => panic!("accepted, but a message with {words:?} was due"),
        Err(error) => is_a_sentence(&error.to_string(), words),
    }
}

fn exact(text: &str) -> Rational {
    parse_rational(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn good_inputs_are_exact() {
    let read = read(&Inputs::from_words(GOOD.split_whitespace()).unwrap_or_default()).unwrap_or_else(|e| panic!("{e}"));
    assert!(
        read.v0.contains(&exact("1/3")) && read.m[1].contains(&exact("1/7")) && read.m[2].contains(&exact("-0.002"))
    );
    assert!(
        read.n == 3 && read.cov[(1, 0)].contains(&exact("0.1")) && !read.cov[(1, 0)].is_point() && read.x.is_point()
    );
    assert!(with_json("x", json!(0.1)).is_ok_and(|p| p.x.contains(&exact("1/10"))), "0.1 is one tenth");
    let huge: Value = serde_json::from_str("1e400").unwrap_or_default();
    assert!(with_json("x", huge).is_ok_and(|p| p.x.contains(&exact("1e400"))));
    for integer in ["3", "3.0", "6/2", "0.3e1", " 3"] {
        assert!(with("n", integer).is_ok_and(|p| p.n == 3), "{integer}");
    }
    assert!(
        with_json("n", json!(3)).is_ok() && with_json("n", json!("3")).is_ok() && with_json("n", json!(3.0)).is_ok()
    );
}

#[test]
fn names() {
    let words = |words: &[&str]| Inputs::from_words(words.iter().copied());
    let without = |name: &str| {
        let kept: Vec<_> = GOOD.split_whitespace().filter(|w| !w.starts_with(&format!("{name}="))).collect();
        words(&kept)
    };
    for (name, domain) in [
        ("x", "any real number"),
        ("v0", "a number > 0"),
        ("delta", "a number >= 0"),
        ("rho", "a number < 1"),
        ("lam", "a number <= 1"),
        ("n", "a number > 0"),
        ("m", "a list of numbers"),
        ("cov", "a list of rows"),
        ("b1", "a number >= 0"),
    ] {
        refused(without(name).and_then(|inputs| read(&inputs)), &[name, "missing", "give", domain]);
    }
    let more = |word: &str| read(&Inputs::from_words(GOOD.split_whitespace().chain([word]))?);
    refused(more("y=1"), &["no parameter `y`", "the parameters are", "v0", "cov"]);
    refused(more("V0=1"), &["no parameter `V0`"]);
    refused(more("=1"), &["no parameter ``"]);
    refused(more("x=1"), &["`x` is given twice", "give it once"]);
    refused(more("x =1"), &["`x` is given twice"]);
    refused(more("nonsense"), &["`nonsense` is not a parameter", "name=value"]);
    refused(more(""), &["`` is not a parameter", "name=value"]);
    refused(more("дельта=1"), &["no parameter `дельта`"]);
    refused(more(&format!("{}=1", "z".repeat(100_000))), &["no parameter `zzz", "..."]);
    refused(more(&"z".repeat(100_000)), &["zzz...", "name=value"]);
    // A misspelt name explains the missing one, and is reported instead of it.
    let misspelt: Vec<_> = GOOD.split_whitespace().map(|w| w.replace("delta=", "dleta=")).collect();
    refused(
        words(&misspelt.iter().map(String::as_str).collect::<Vec<_>>()).and_then(|i| read(&i)),
        &["`dleta`", "did you mean `delta`?"],
    );
    // Names that come twice in JSON.
    for text in [r#"{"x": 1, "x": 2}"#, r#"{"x": 1, "\u0078": 1}"#] {
        match Inputs::from_json_text(text) {
            Err(InputError::Twice(name)) => assert_eq!(name, "x"),
            other => panic!("{other:?}"),
        }
    }
    assert!(
        Inputs::from_json_text(r#"{"x": 1, "v0": [1, {"a": 1, "a": 2}]}"#).is_ok(),
        "only names of parameters are unique"
    );
}

#[test]
fn numbers() {
    for text in [
        "nan", "NaN", "inf", "-inf", "Infinity", "", " ", ".", "-", "+", "e5", "1e", "1e+", "1e+-5", "1e--5", "1e5.5",
        "1.2.3", "1,5", "0x10", "1_000", "--1", "+-1", "1/", "/2", "1/2/3", "1/nan", "½", "１２", "٣", "π", "1e5e5",
        "∞", "- 1", "1 2", "true", "\u{0}", "1\n2",
    ] {
        match parse_rational(text) {
            Ok(value) => panic!("{text:?} was read as {value}"),
            Err(error) => is_a_sentence(&error.to_string(), &["is not a number", "write a decimal"]),
        }
        if !text.chars().any(char::is_whitespace) {
            refused(with("x", text), &["parameter `x`", "is not a number", "write a decimal"]);
        }
    }
    refused(with("x", "1/0"), &["`1/0` divides by zero", "must not be 0"]);
    refused(with("x", "1/0.000e5"), &["divides by zero"]);
    for (text, readable) in [
        ("1e20000", true),
        ("-1E-20000", true),
        ("1e+20000", true),
        ("1e20001", false),
        ("1e-20001", false),
        ("1e999999999999999999999999", false),
        ("1e-9223372036854775808", false),
        ("1e00000000000000000000000000000000000000005", true),
        ("1e20000/1e-20000", true),
    ] {
        match with("x", text) {
            Ok(read) => assert!(readable && read.x.is_finite(), "{text}"),
            Err(error) => {
                assert!(!readable, "{text}: {error}");
                is_a_sentence(&error.to_string(), &["exponent", "20000", "no enclosure"]);
            }
        }
    }
    let long = |n: usize| format!("0.{}", "3".repeat(n));
    assert!(with("x", &long(39_999)).is_ok_and(|read| read.x.overlaps(&Ball::ratio(1, 3)) && !read.x.is_point()));
    refused(with("x", &long(100_000)), &["0.333", "...", "100001 digits", "40000", "round it"]);
    refused(with("x", &"7".repeat(100_000)), &["100000 digits", "round it"]);
    refused(with("x", &"q".repeat(1_000_000)), &["qqq...", "is not a number"]);
}

#[test]
fn domains() {
    for (name, value, domain) in [
        ("v0", "0", "a number > 0"),
        ("v0", "-1e-20000", "a number > 0"),
        ("delta", "-1/3", "a number >= 0"),
        ("rho", "1", "a number < 1"),
        ("rho", "1.0000000000000000000000000000000000001", "a number < 1"),
        ("lam", "1.0000000000000000000000000000000000001", "a number <= 1"),
        ("b0", "-0.1", "a number >= 0"),
        ("T", "0", "a number > 0"),
        ("n", "0", "a number > 0"),
        ("n", "-3", "a number > 0"),
    ] {
        refused(with(name, value), &[&format!("parameter `{name}` is {value}"), "must be", domain]);
    }
    // Just inside, though f64 could not tell.
    assert!(with("rho", "0.99999999999999999999999999999999999999999").is_ok() && with("v0", "1e-20000").is_ok());
    assert!(with("delta", "-0").is_ok() && with("lam", "1").is_ok());
    for (value, shown) in [("2.5", "2.5"), ("4294967296", "4294967296"), ("1e20000", "1e20000"), ("1/3", "1/3")] {
        refused(with("n", value), &["parameter `n`", "an integer from 1 to 4294967295", shown]);
    }
    assert!(with("n", "4294967295").is_ok());
    refused(with("process", "vp"), &["parameter `process` is `vp`", "one of", "vp-linear", "ve-geometric"]);
    refused(with_json("process", json!(5)), &["parameter `process` is `5`", "vp-linear"]);
    refused(with_json("process", Value::Null), &["parameter `process` is `null`", "vp-linear"]);
    use Domain::{AboveOne, AtMostOne, BelowOne, Fraction, NonNegative, Positive, Probability, Real};
    for domain in [Real, Positive, NonNegative, AboveOne, BelowOne, AtMostOne, Fraction, Probability] {
        let edge = |text: &str| domain.contains(&exact(text));
        let expected = match domain {
            Real => [true, true, true, true, true],
            Positive => [false, false, true, true, true],
            NonNegative => [false, true, true, true, true],
            AboveOne => [false, false, false, false, true],
            BelowOne => [true, true, true, false, false],
            AtMostOne => [true, true, true, true, false],
            Fraction => [false, false, true, false, false],
            Probability => [false, true, true, true, false],
        };
        assert_eq!(["-1e-99", "0", "1e-99", "1", "1.0000001"].map(edge), expected, "{domain}");
    }
}

#[test]
fn orders() {
    let process = |words: &str| {
        let others = "x=0 v0=1 delta=0 rho=0 lam=0 n=1 m=[1] cov=[[1]]";
        read(&Inputs::from_words(others.split_whitespace().chain(words.split_whitespace()))?)
    };
    assert!(process("process=ve-geometric smin=0.01 smax=0.010000000000000000000000001 T=1").is_ok());
    refused(
        process("process=ve-geometric smin=0.01 smax=0.010 T=1"),
        &["`smin` must be < `smax`", "smin = 0.01", "smax = 0.010"],
    );
    refused(process("process=ve-geometric smin=2 smax=1 T=1"), &["`smin` must be < `smax`", "smin = 2", "smax = 1"]);
    assert!(process("process=vp-cosine s=0 T=1 tend=0.99999999999999999999999999").is_ok());
    refused(process("process=vp-cosine s=0 T=1 tend=1"), &["`tend` must be < `T`", "tend = 1", "T = 1"]);
    refused(process("process=vp-cosine s=0 T=1 tend=1e9"), &["`tend` must be < `T`", "tend = 1e9"]);
    refused(process("process=vp-linear b0=0 b1=0.00 T=1"), &["b0 and b1", "must not all be 0"]);
}

#[test]
fn shapes() {
    for (name, value) in [
        ("m", "[]"),
        ("m", "1"),
        ("m", "[1,"),
        ("m", "[1]]"),
        ("m", "{}"),
        ("m", "[nan]"),
        ("cov", "[]"),
        ("cov", "[[]]"),
        ("cov", "[1,2]"),
        ("cov", "[[1,2],[3]]"),
        ("cov", "[[1],[2,3]]"),
    ] {
        refused(with(name, value), &[&format!("parameter `{name}` must be"), "a list", "such as", "was given"]);
    }
    refused(with("m", "[[1]]"), &["parameter `m` must be a number", "[1]"]);
    refused(with("m", "[true]"), &["parameter `m` must be a number", "true"]);
    refused(with("m", "[\"nan\"]"), &["parameter `m`", "`nan` is not a number"]);
    refused(with("cov", "[[1,null],[0,1]]"), &["parameter `cov` must be a number", "null"]);
    refused(with("cov", "[[1,{}],[0,1]]"), &["parameter `cov` must be a number", "{}"]);
    refused(with("x", "[1]"), &["parameter `x` must be a number", "[1]"]);
    for value in [json!(null), json!(true), json!({"a": 1}), json!([1]), json!([[[[1]]]])] {
        refused(with_json("x", value.clone()), &["parameter `x` must be a number", &value.to_string()]);
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(with("m", &deep), &["parameter `m` must be a list", "[[[...", "recursion limit"]);
    for text in ["", "[]", "1", "null", "{", "{\"x\"}", "{\"x\": nan}", "\u{feff}{}", &format!("{{\"x\": {deep}}}")] {
        match Inputs::from_json_text(text) {
            Ok(inputs) => panic!("{text} was read as {inputs:?}"),
            Err(error) => is_a_sentence(&error.to_string(), &["JSON object of names and values such as"]),
        }
    }
    for value in [json!(null), json!([1]), json!("x=1"), json!(1)] {
        match Inputs::from_json(&value) {
            Ok(inputs) => panic!("{value} was read as {inputs:?}"),
            Err(error) => is_a_sentence(&error.to_string(), &["JSON object", &value.to_string(), "was given"]),
        }
    }
}

#[test]
fn weights() {
    let read = |wt: &str, m: &str, v: &str| {
        let words = [format!("wt={wt}"), format!("m={m}"), format!("v={v}")];
        let words = ["b0=1", "b1=2", "T=1"].into_iter().chain(words.iter().map(String::as_str));
        ExactReader::new(&Inputs::from_words(words)?, &[]).read::<Ball, MixtureData<Ball>>()
    };
    let refused = |wt: &str, m: &str, v: &str, words: &[&str]| match read(wt, m, v) {
        Ok(_) => panic!("{wt} {m} {v} was accepted"),
        Err(error) => is_a_sentence(&error.to_string(), words),
    };
    // Sums are exact: thirds add to one, and a tiny excess is seen.
    assert!(read("[\"1/3\",\"2/3\"]", "[0,1]", "[1,2]").is_ok() && read("[1]", "[0]", "[1e-300]").is_ok());
    refused("[0.5,0.6]", "[0,1]", "[1,2]", &["parameter `wt`", "sum is exactly 1", "[0.5,0.6]", "11/10"]);
    refused("[0.5,0.500000000000000000000000000001]", "[0,1]", "[1,2]", &["parameter `wt`", "sum is exactly 1"]);
    refused("[0.5,-0.5,1]", "[0,1,2]", "[1,2,3]", &["parameter `wt`", "a list of numbers > 0", "entry 2 is -1/2"]);
    refused("[1,0]", "[0,1]", "[1,2]", &["parameter `wt`", "a list of numbers > 0", "entry 2 is 0"]);
    refused("[0.5,0.5]", "[0,1]", "[1,0]", &["parameter `v`", "a list of numbers > 0", "entry 2 is 0"]);
    refused("[0.5,0.5]", "[0,1,2]", "[1,2]", &["`wt` and `m` must have the same dimension", "2", "3"]);
    refused("[0.5,0.5]", "[0,1]", "[1]", &["`wt` and `v` must have the same dimension", "2", "1"]);
    refused("[]", "[]", "[]", &["parameter `wt` must be a list", "[]"]);
    refused("0.5", "[0]", "[1]", &["parameter `wt` must be a list", "0.5"]);
}

#[test]
fn ignored_names_are_still_checked() {
    struct Only<S>(S);
    impl<S> Parameters<S> for Only<S> {
        fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
            source.real("x", Domain::Real, "the data point").map(Self)
        }
    }
    let ignored = &[("v0", Domain::Positive)];
    let read = |words: &str| {
        let inputs = Inputs::from_words(words.split_whitespace())?;
        ExactReader::new(&inputs, ignored).read::<Float, Only<Float>>()
    };
    assert!(read("x=1").is_ok_and(|only| only.0 == Float(1.0)) && read("x=1 v0=2").is_ok());
    for (words, said) in
        [("x=1 v0=0", "a number > 0"), ("x=1 v0=one", "is not a number"), ("x=1 v1=2", "no parameter `v1`")]
    {
        match read(words) {
            Ok(_) => panic!("{words} was accepted"),
            Err(error) => is_a_sentence(&error.to_string(), &[said]),
        }
    }
}

#[test]
fn the_catalogue_names_every_choice() {
    let fields = describe::<Everything<Float>>();
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    for name in
        ["process", "b0", "b1", "s", "smin", "smax", "T", "tend", "x", "v0", "delta", "rho", "lam", "n", "m", "cov"]
    {
        assert_eq!(names.iter().filter(|n| **n == name).count(), 1, "{name} in {names:?}");
    }
    assert!(fields.iter().all(|field| !field.domain.is_empty() && !field.meaning.is_empty()));
    assert!(fields.iter().all(|field| field.optional == ["process", "tend"].contains(&field.name)));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
        "[-+]?[0-9]{0,8}[./eE]{0,2}[-+]?[0-9]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{0,3}", inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

const NAMES: [&str; 11] = ["process", "b0", "b1", "T", "x", "v0", "delta", "rho", "n", "m", "cov"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*", name in 0..NAMES.len()) {
        if let Err(error) = parse_rational(&text) {
            is_a_line(&error.to_string(), &[]);
        }
        let _ = Inputs::from_json_text(&text).map(|inputs| inputs.to_words());
        if let Err(error) = with(NAMES[name], &text) {
            is_a_line(&error.to_string(), &[]);
        }
        let words: Vec<&str> = text.split(' ').collect();
        if let Err(error) = Inputs::from_words(words).and_then(|inputs| read(&inputs)) {
            is_a_line(&error.to_string(), &[]);
        }
    }

    #[test]
    fn numerals_are_read_exactly(integer in 0..u64::MAX, fraction in "[0-9]{0,12}", exponent in -300..300_i32, minus in any::<bool>()) {
        let sign = if minus { "-" } else { "" };
        let text = format!("{sign}{integer}.{fraction}e{exponent}");
        let digits = exact(&format!("{integer}{fraction}"));
        let power = exact("10").pow((exponent - fraction.len() as i32) as isize);
        let expected = if minus { -digits * power } else { digits * power };
        prop_assert_eq!(parse_rational(&text), Ok(expected));
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json(), name in 0..NAMES.len()) {
        if let Err(error) = with_json(NAMES[name], value.clone()) {
            is_a_line(&error.to_string(), &[NAMES[name]]);
        }
        let _ = Inputs::from_json(&value).map(|inputs| (inputs.to_words(), inputs.rational("x")));
        let _ = Inputs::from_json_text(&value.to_string());
    }

    /// Words and JSON are two spellings of one thing.
    #[test]
    fn words_are_json(p in any::<i32>(), q in 1..1000_u32) {
        let ratio = format!("{p}/{q}");
        let by_word = with("x", &ratio).map(|read| read.x.to_decimal(60));
        let by_json = with_json("x", json!(ratio)).map(|read| read.x.to_decimal(60));
        prop_assert_eq!(by_word, by_json);
    }
}

#[test]
fn matrices_keep_their_places() {
    let read = with("cov", "[[1,2,3],[4,5,6]]").map(|p| (p.cov.rows(), p.cov.columns(), p.cov));
    let expected: Matrix<Ball> = Matrix::from_fn(2, 3, |i, j| Ball::int((3 * i + j + 1) as i64));
    assert!(read.is_ok_and(|(rows, columns, cov)| rows == 2
        && columns == 3
        && cov.entries().iter().zip(expected.entries()).all(|(a, b)| a.is_point() && a.overlaps(b))));
    assert!(with("m", "[3,1,2]").is_ok_and(|p| Vector(p.m.0.clone()).dimension() == 3 && p.m[0].contains(&exact("3"))));
}

/// A list of matrices, and the place of an entry.
struct Directions {
    matrices: Vec<Matrix<Float>>,
    place: (usize, usize),
}

impl Parameters<Float> for Directions {
    fn read(source: &mut dyn Source<Float>) -> Result<Self, InputError> {
        let d = source.covariance("K", "a precision")?.matrix().rows();
        let matrices = source.symmetric_basis("B", d, "directions")?;
        Ok(Self { place: source.place("entry", matrices.len(), "an entry")?, matrices })
    }
}

#[test]
fn lists_of_matrices() {
    let read = |k: &str, b: &str, entry: &str| -> Result<Directions, InputError> {
        let words = [format!("K={k}"), format!("B={b}"), format!("entry={entry}")];
        ExactReader::new(&Inputs::from_words(words.iter().map(String::as_str))?, &[]).read()
    };
    let (k, pair) = ("[[2,0.3],[0.3,1]]", "[[[1,0],[0,1]],[[1,0.5],[0.5,\"2/3\"]]]");
    let good = read(k, pair, "[1,0]").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((good.matrices.len(), good.place), (2, (1, 0)));
    assert_eq!(good.matrices[1][(1, 0)], Float(0.5));
    let refused = |k: &str, b: &str, entry: &str, words: &[&str]| match read(k, b, entry) {
        Ok(_) => panic!("accepted, but a message with {words:?} was due"),
        Err(error) => is_a_sentence(&error.to_string(), words),
    };
    refused(k, "[[[1,0],[0,1]],[[2,0],[0,2]]]", "[0,0]", &["B[1]", "combination", "drop it"]);
    refused(k, "[[[1,0],[0,1]],[[1,0],[0,2]],[[0,0],[0,\"1/3\"]]]", "[0,0]", &["B[2]", "combination"]);
    refused(k, "[[[0,0],[0,0]]]", "[0,0]", &["B[0]", "zero"]);
    refused(k, "[[[1,2],[3,4]]]", "[0,0]", &["B[0]", "symmetric", "(2, 1) and (1, 2)"]);
    refused(k, "[[[1,2]]]", "[0,0]", &["B[0]", "symmetric", "1 x 2"]);
    refused(k, "[[[1]]]", "[0,0]", &["B[0]", "2 x 2", "1 x 1"]);
    for not_a_list in ["[]", "3", "[3]", "[[1,0],[0,1]]", "[[[1,0],[0]]]"] {
        refused(k, not_a_list, "[0,0]", &["B", "list"]);
    }
    for place in ["[0,2]", "[0]", "[0,0,0]", "0", "[0,-1]", "[0.5,0]", "[[0],0]", "[]"] {
        refused(k, pair, place, &["`entry`", "two integers from 0 to 1"]);
    }
    // What is wrong first is said first.
    refused("[[1,2],[2,1]]", pair, "[0,0]", &["`K`", "positive definite"]);
}
