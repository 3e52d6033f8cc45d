//! Claims about single-sample estimators: values that independent programs gave, and sentences for wrong inputs.

use ouracle::claims::{self, AskError};
use ouracle::numbers::{Ball, Field, Interval, Rational, parse_rational};
use ouracle::parameters::Inputs;

/// `value ± 1` in the last printed digit, and that unit.
fn printed(value: &str) -> (Ball, Rational) {
    let (significand, exponent) = value.split_once('e').unwrap_or((value, "0"));
    let decimals = significand.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let unit = parse_rational(&format!("1e{}", exponent.parse::<i32>().unwrap() - decimals)).unwrap();
    let value = parse_rational(value).unwrap();
    (Ball::rational(&(&value - &unit)).hull(&Ball::rational(&(value + &unit))), unit)
}

/// Hard inputs, with values from mpmath at 90 to 1000 digits (its own quadrature at uniform times and of the weights); the
/// variances of projections by summation over fourth moments.
#[rustfmt::skip]
const VALUES: &[(&str, &str, &str)] = &[
    ("ssm-hutchinson/variance", "B=[[1.3,-0.7,0.2,0.05],[0.6,-2.1,0.9,-0.4],[1.1,0.3,0.8,0.33],[-0.9,0.25,0.7,1.9]]", "4.94590000000000000000000000000000000"),
    ("ssm-hutchinson/variance", "B=[[1.3,-0.7,0.2,0.05],[0.6,-2.1,0.9,-0.4],[1.1,0.3,0.8,0.33],[-0.9,0.25,0.7,1.9]] law=gaussian", "25.6459000000000000000000000000000000"),
    ("ssm-hutchinson/variance", "B=[[1.3,-0.7,0.2,0.05],[0.6,-2.1,0.9,-0.4],[1.1,0.3,0.8,0.33],[-0.9,0.25,0.7,1.9]] law=sphere", "15.8939333333333333333333333333333333"),
    ("ssm-hutchinson/variance", "B=[[-7.3]]", "0.00000000000000000000000000000000000"),
    ("likelihood-weighting/minimiser", "b0=0.1 b1=3.137 T=1 v0=0.3137", "1.515134839365942808512659222756250756722"),
    ("likelihood-weighting/minimiser", "b0=0.1 b1=3.137 T=1 v0=0.3137 weight=w", "1.446969797856430039979842670157592791167"),
    ("likelihood-weighting/minimiser", "b0=0.1 b1=3.137 T=1 v0=0.3137 weight=one", "1.773814148473842075928340932620714325713"),
    ("likelihood-weighting/minimiser", "process=ve-geometric smin=0.01 smax=50 T=1 v0=1e-30 weight=one", "0.006813759468411828862208947529332558859152"),
    ("likelihood-weighting/minimiser", "process=vp-cosine s=0.008 T=1.2 tend=1.19 v0=0.3 weight=w", "1.21641922480015761139439958609238275536"),
    ("likelihood-weighting/minimiser", "b0=0 b1=300 T=1e-12 v0=1e40 weight=w", "1.000000000090000000002507142857125071429e-40"),
    ("time-importance-sampling/normaliser", "b0=0.1 b1=20.13 T=1 eps=1e-800", "1854.485619019451416873294074046786742847"),
    ("time-importance-sampling/normaliser", "process=sub-vp-linear b0=0.1 b1=3.137 T=1 eps=0.01", "14.70949015046062772116594191280496615058"),
    ("time-importance-sampling/normaliser", "process=ve-geometric smin=0.01 smax=50 T=1 eps=0.01", "18.71794181663367754391851296674920608416"),
    ("time-importance-sampling/time-quantile", "process=sub-vp-linear b0=0.1 b1=20 T=1 eps=1e-12 u=0.3", "3.586672763887565469462526044165415734221e-8"),
    ("time-importance-sampling/time-quantile", "process=ve-geometric smin=0.01 smax=50 T=1 eps=1e-12 u=0.3", "2.818272654576962430238014862771532397208e-7"),
    ("time-importance-sampling/time-quantile", "b0=3.3 b1=0 T=1 eps=1e-12 u=0.99999999999999", "0.999999630555908771060075536819793182577"),
    ("time-importance-sampling/time-quantile", "b0=3.3 b1=0 T=1.7 eps=1e-12 u=1", "1.700000000000000000000000000000000000000"),
    ("time-importance-sampling/time-quantile", "b0=3.3 b1=0 T=1.7 eps=1e-12 u=0", "1.000000000000000000000000000000000000000e-12"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20.13 T=1 v0=0.3137 eps=1e-12 time_law=uniform", "750000003487.8457366892847339681004400723"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20 T=1 v0=1e-40 eps=1e-5 time_law=uniform", "2.499960341781437260830894349024460147622e-64"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20 T=1 v0=1e40 eps=1e-5 time_law=uniform", "76211.36603174379078506869383058268373651"),
    ("dsm-variance-blowup/second-moment", "b0=0 b1=20 T=1 v0=0.3 eps=1e-12 time_law=uniform", "2999999999959.168352719843760769243817286"),
    // Constant β, where the integral is closed.
    ("dsm-variance-blowup/second-moment", "b0=1.7 b1=1.7 T=1.3 v0=0.513 eps=1e-7 time_law=uniform", "9749928.308541346086000727017279193476455"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20.13 T=1 v0=0.3137 eps=1e-12 time_law=importance", "834.2403004885159065915692169632455410058"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20 T=1 v0=1e-40 eps=1e-5 time_law=importance", "8.931385878779165487582741004354886592049e-68"),
    ("dsm-variance-blowup/second-moment", "b0=0.1 b1=20 T=1 v0=0.3 eps=0.99999999 time_law=importance", "5.036264488424222118261746633808877679856e-24"),
];

#[test]
fn values_are_met_with_all_their_digits() {
    for (question, words, value) in VALUES {
        let answer = claims::ask(question, &Inputs::from_words(words.split_whitespace()).unwrap(), 40).unwrap().value;
        let (expected, unit) = printed(value);
        let asked = format!("{question} {words} is {value}, got {}", answer.to_decimal(45));
        assert!(answer.overlaps(&expected), "{asked}");
        let width = Interval::point(answer.hi()) - Interval::point(answer.lo());
        assert!(width.certainly_le(&(Ball::rational(&unit) * 10)), "{asked}: too wide");
    }
}

#[test]
fn wrong_inputs_are_answered_with_a_sentence() {
    let refused = |question: &str, words: &str, part: &str| {
        let inputs = Inputs::from_words(words.split_whitespace()).unwrap();
        match claims::ask(question, &inputs, 30) {
            Err(AskError::Input(error)) => assert!(error.to_string().contains(part), "{words}: {error}"),
            other => panic!("{words}: {other:?}"),
        }
    };
    refused("ssm-hutchinson/variance", "B=[[1,2,3],[4,5,6]]", "2 x 3 entries");
    refused("ssm-hutchinson/variance", "B=[[1,2],[3,4]] law=uniform", "rademacher");
    refused("likelihood-weighting/minimiser", "b0=1 b1=1 T=1 v0=1 weight=g4", "g2, w, one");
    refused("likelihood-weighting/minimiser", "b0=1 b1=1 T=1 v0=0", "a number > 0");
    let times = "time-importance-sampling/normaliser";
    refused(times, "b0=1 b1=1 T=1 eps=1", "`eps` must be < `T`");
    refused(times, "process=vp-cosine s=0.008 T=1 tend=0.5 eps=0.6", "`eps` must be < `tend`");
    refused(times, "b0=1 b1=1 T=1 eps=0.1 u=1.5", "a number from 0 to 1");
    refused(times, "b0=1 b1=1 T=1 eps=0.1 v0=-1", "a number > 0");
    let quantile = "time-importance-sampling/time-quantile";
    refused(quantile, "b0=1 b1=1 T=1 eps=0.1 u=-0.1", "a number from 0 to 1");
    refused(quantile, "process=vp-cosine s=0.008 T=1 tend=0.9 eps=0.1 u=0.1", "no closed form");
    let second = "dsm-variance-blowup/second-moment";
    refused(second, "b0=1 b1=1 T=1 eps=0.1 v0=1", "`time_law` is missing");
    refused(second, "b0=1 b1=1 T=1 eps=0.1 v0=1 time_law=uniform u=2", "a number from 0 to 1");
    refused(second, "b0=1 b1=1 T=1 eps=1e-300 v0=1 time_law=uniform", "eps >= 1e-280");
}
