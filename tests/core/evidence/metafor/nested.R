# What metafor and clubSandwich make of every three-level model: one line a number (id, what, at, value).
suppressWarnings(suppressMessages({library(metafor); sandwich <- requireNamespace("clubSandwich", quietly = TRUE)}))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
effects <- read.csv(file.path(arguments[1], "effects.csv"))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "polish.R"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)

for (id in unique(effects$id)) {
  d <- effects[effects$id == id, ]
  V <- diag(d$v)
  same <- outer(d$study, d$study, "==")
  V[same] <- (d$rho[1] * sqrt(outer(d$v, d$v)))[same]
  diag(V) <- d$v
  form <- if (d$moderated[1] == 1) ~ x else ~ 1
  d$row <- seq_len(nrow(d))
  model <- function(...) rma.mv(y, V, mods = form, random = ~ 1 | study / row, data = d, ...)
  found <- searched(function(how) model(control = how))
  if (is.null(found)) { tell(id, "failed", 1); next }
  r <- model(sigma2 = polished(function(at) model(sigma2 = at), found$sigma2))
  tell(id, "model", c(r$sigma2, as.numeric(logLik(r)), as.numeric(logLik(found)), r$QE, r$QEp))
  for (what in c("b", "se", "ci.lb", "ci.ub", "pval")) tell(id, what, r[[what]])
  if (d$moderated[1] == 0) { p <- predict(r); tell(id, "predict", c(p$pi.lb, p$pi.ub)) }
  for (m in 1:2) for (end in c("low", "high")) {  # how much less likely the ends of our profile are, by metafor
    at <- d[[paste0(end, m)]][1]
    if (!is.finite(at)) next
    held <- searched(function(how) model(sigma2 = if (m == 1) c(at, NA) else c(NA, at), control = how))
    if (!is.null(held)) tell(id, paste0(end, m), 2 * (as.numeric(logLik(r)) - as.numeric(logLik(held))))
  }
  if (sandwich) {
    t <- clubSandwich::coef_test(r, vcov = "CR2", cluster = d$study)
    tell(id, "cr2.se", t$SE)
    tell(id, "cr2.df", if (is.null(t$df_Satt)) t$df else t$df_Satt)
    tell(id, "cr2.p", if (is.null(t$p_Satt)) t$p_val else t$p_Satt)
  }
}
close(out)
