# A subject in R with jsonlite: the score of Gaussian data in one dimension under the OU process.
# Rscript harness.R. An example that our tests do not run; it was run by hand with R 4.2.2 and jsonlite 1.8.4.
library(jsonlite)

world <- NULL
unknown <- list(status = "unsupported", message = "only ou, Gaussian data in one dimension, the exact model, score")
setup <- function(case) {
  kinds <- c(case$process$kind, case$data$kind, case$model$kind)
  if (!identical(kinds, c("ou", "gaussian", "exact")) || length(case$data$mean) != 1) return(unknown)
  ratio <- as.numeric(strsplit(case$process$rate, "/")[[1]])
  world <<- list(rate = ratio[1] / c(ratio, 1)[2], mean = case$data$mean[[1]], variance = case$data$cov[[1]][[1]])
  list(status = if (world$variance > 0) "ok" else "refused")
}
score <- function(point) {
  x <- point$x[[1]]
  t <- point$t
  if (t < 0) return(list(error = paste("t =", t, "is before the data")))
  v <- exp(-2 * world$rate * t) * world$variance - expm1(-2 * world$rate * t)
  # jsonlite prints fifteen digits, which are too few to say which double it is.
  structure(sprintf("[%.17g]", -(x - exp(-world$rate * t) * world$mean) / v), class = "json")
}
answer <- function(ask) switch(ask$cmd,
  hello = list(subject = list(name = "harness.R", language = "r"), able = list(score = setNames(list(), character()))),
  setup = setup(ask$case),
  evaluate = if (ask$quantity == "score") list(status = "ok", values = lapply(ask$points, score))
             else unknown,
  unknown)

input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) == 1) {
  ask <- fromJSON(line, simplifyVector = FALSE)
  if (ask$cmd == "bye") break
  reply <- tryCatch(answer(ask), error = function(e) list(status = "error", message = conditionMessage(e)))
  cat(toJSON(c(list(id = ask$id), reply), auto_unbox = TRUE, json_verbatim = TRUE), "\n", sep = "")
  flush(stdout())
}
