# What metafor makes of every dose-response: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
doses <- read.csv(file.path(arguments[1], "doses.csv"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)
try_fit <- function(fit) {
  for (near in c(1e-12, 1e-10, 1e-8)) {
    r <- tryCatch(fit(list(rel.tol = near, eval.max = 5000, iter.max = 5000)), error = function(e) NULL)
    if (!is.null(r)) return(r)
  }
  NULL
}

for (id in unique(doses$id)) {
  d <- doses[doses$id == id, ]
  V <- outer(d$study, d$study, "==") * outer(d$shared, d$shared, function(a, b) (a + b) / 2)
  diag(V) <- d$v
  d$dose2 <- d$dose^2
  common <- tryCatch(rma.mv(y, V, mods = ~ 0 + dose, data = d), error = function(e) NULL)
  if (!is.null(common)) tell(id, "common", c(common$b, common$se, common$QE, common$QEp))
  r <- try_fit(function(how)
    rma.mv(y, V, mods = ~ 0 + dose, random = ~ 0 + dose | study, struct = "GEN", data = d, control = how))
  if (!is.null(r)) tell(id, "linear", c(r$b, r$se, r$G[1, 1], as.numeric(logLik(r)) - log(sum(d$dose^2)) / 2))
  if (id %% 2 == 0) next
  x <- cbind(d$dose, d$dose2)
  r <- try_fit(function(how)
    rma.mv(y, V, mods = ~ 0 + dose + dose2, random = ~ 0 + dose + dose2 | study, struct = "GEN", data = d, control = how))
  if (!is.null(r)) tell(id, "quadratic", c(r$b, r$se, r$G[1, 1], r$G[1, 2], r$G[2, 2],
                                           as.numeric(logLik(r)) - as.numeric(determinant(crossprod(x))$modulus) / 2))
}
close(out)
