# What metafor makes of every dose-response: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
doses <- read.csv(file.path(arguments[1], "doses.csv"))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "polish.R"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)
for (id in unique(doses$id)) {
  d <- doses[doses$id == id, ]
  V <- outer(d$study, d$study, "==") * outer(d$shared, d$shared, function(a, b) (a + b) / 2)
  diag(V) <- d$v
  d$dose2 <- d$dose^2
  common <- tryCatch(rma.mv(y, V, mods = ~ 0 + dose, data = d), error = function(e) NULL)
  if (!is.null(common)) tell(id, "common", c(common$b, common$se, common$QE, common$QEp))
  line <- function(...) rma.mv(y, V, mods = ~ 0 + dose, random = ~ 0 + dose | study, struct = "GEN", data = d, ...)
  found <- searched(function(how) line(control = how))
  if (!is.null(found)) {
    r <- line(tau2 = polished(function(at) line(tau2 = at), found$tau2))
    tell(id, "linear", c(r$b, r$se, r$G[1, 1], as.numeric(logLik(r)) - log(sum(d$dose^2)) / 2))
  }
  if (id %% 2 == 0) next
  x <- cbind(d$dose, d$dose2)
  curve <- function(...) rma.mv(y, V, mods = ~ 0 + dose + dose2, random = ~ 0 + dose + dose2 | study, struct = "GEN", data = d, ...)
  level <- function(r) as.numeric(logLik(r)) - as.numeric(determinant(crossprod(x))$modulus) / 2
  # Three components and their borders: metafor's fit with ours, and how likely it finds those of its own search.
  psi <- c(d$psi11[1], d$psi12[1], d$psi22[1])
  both <- psi[1] > 0 && psi[3] > 0
  r <- curve(tau2 = psi[c(1, 3)], rho = if (both) max(-1, min(1, psi[2] / sqrt(psi[1] * psi[3]))) else 0)
  tell(id, "quadratic", c(r$b, r$se, level(r)))
  found <- searched(function(how) curve(control = how))
  if (!is.null(found)) tell(id, "quadratic.searched", level(found))
}
close(out)
