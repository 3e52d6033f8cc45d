# A subject in Julia with JSON.jl: the score of Gaussian data in one dimension under the OU process.
# julia harness.jl. An example that our tests do not run, and that nobody has run here.
using JSON

world = nothing

number(text) = let parts = parse.(Float64, split(text, "/")); parts[1] / get(parts, 2, 1.0) end

function setup(case)
    process, data, model = case["process"], case["data"], case["model"]
    kinds = (process["kind"], data["kind"], model["kind"])
    if kinds != ("ou", "gaussian", "exact") || length(data["mean"]) != 1
        return Dict("status" => "unsupported", "message" => "only ou, Gaussian data in one dimension, the exact model")
    end
    variance = Float64(data["cov"][1][1])
    global world = (rate = number(process["rate"]), mean = Float64(data["mean"][1]), variance = variance)
    Dict("status" => variance > 0 ? "ok" : "refused")
end

function score(point)
    x, t = Float64(point["x"][1]), Float64(point["t"])
    t >= 0 || return Dict("error" => "t = $t is before the data")
    v = exp(-2 * world.rate * t) * world.variance - expm1(-2 * world.rate * t)
    [-(x - exp(-world.rate * t) * world.mean) / v]
end

function answer(ask)
    ask["cmd"] == "hello" && return Dict("subject" => Dict("name" => "harness.jl"), "able" => Dict("score" => Dict()))
    ask["cmd"] == "setup" && return setup(ask["case"])
    get(ask, "quantity", "") == "score" || return Dict("status" => "unsupported", "message" => "only the score")
    Dict("status" => "ok", "values" => map(score, ask["points"]))
end

for line in eachline(stdin)
    ask = JSON.parse(line)
    ask["cmd"] == "bye" && break
    reply = try answer(ask) catch error; Dict("status" => "error", "message" => sprint(showerror, error)) end
    println(JSON.json(merge(Dict{String,Any}("id" => ask["id"]), reply)))
    flush(stdout)
end
