//! A subject in Rust with `serde_json` alone: the log-density of Gaussian data in one dimension under the OU process.
use serde_json::{Value, json};

fn rate_mean_variance(case: &Value) -> Option<[f64; 3]> {
    let (process, data, model) = (&case["process"], &case["data"], &case["model"]);
    let known = process["kind"] == "ou" && data["kind"] == "gaussian" && model["kind"] == "exact";
    let rate = process["rate"].as_str()?.split('/').filter_map(|n| n.parse::<f64>().ok()).reduce(|a, b| a / b)?;
    (known && data["mean"][1].is_null()).then_some([rate, data["mean"][0].as_f64()?, data["cov"][0][0].as_f64()?])
}
fn log_density([rate, mean, variance]: [f64; 3], point: &Value) -> Value {
    let [x, t] = [&point["x"][0], &point["t"]].map(|number| number.as_f64().unwrap_or(f64::NAN));
    let v = (-2.0 * rate * t).exp() * variance - (-2.0 * rate * t).exp_m1();
    let value = -((x - (-rate * t).exp() * mean).powi(2) / v + (std::f64::consts::TAU * v).ln()) / 2.0;
    if t >= 0.0 && value.is_finite() { json!(value) } else { json!({"error": format!("x = {x}, t = {t}")}) }
}
fn main() {
    let mut world = [f64::NAN; 3];
    for ask in std::io::stdin().lines().map_while(|line| serde_json::from_str::<Value>(&line.ok()?).ok()) {
        let (id, case) = (&ask["id"], rate_mean_variance(&ask["case"]));
        let known = |[.., v]: [f64; 3]| json!({"id": id, "status": if v > 0.0 { "ok" } else { "refused" }});
        world = case.unwrap_or(world);
        let values: Value = ask["points"].as_array().into_iter().flatten().map(|at| log_density(world, at)).collect();
        let answer = match (ask["cmd"].as_str(), ask["quantity"].as_str()) {
            (Some("bye"), _) => return,
            (Some("hello"), _) => json!({"id": id, "subject": {"name": "harness.rs"}, "able": {"log-density": {}}}),
            (Some("evaluate"), Some("log-density")) => json!({"id": id, "status": "ok", "values": values}),
            _ => case.map_or(json!({"id": id, "status": "unsupported", "message": "not this question"}), known),
        };
        println!("{answer}");
    }
}
