# What metafor and clubSandwich make of every three-level model: one line a number (id, what, at, value).
suppressWarnings(suppressMessages({library(metafor); sandwich <- requireNamespace("clubSandwich", quietly = TRUE)}))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
effects <- read.csv(file.path(arguments[1], "effects.csv"))
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
  r <- NULL
  for (near in c(1e-12, 1e-10, 1e-8)) if (is.null(r))
    r <- tryCatch(rma.mv(y, V, mods = form, random = ~ 1 | study / row, data = d,
                         control = list(rel.tol = near, eval.max = 5000, iter.max = 5000)), error = function(e) NULL)
  if (is.null(r)) { tell(id, "failed", 1); next }
  tell(id, "model", c(r$sigma2, as.numeric(logLik(r)), r$QE, r$QEp))
  for (what in c("b", "se", "ci.lb", "ci.ub", "pval")) tell(id, what, r[[what]])
  if (d$moderated[1] == 0) { p <- predict(r); tell(id, "predict", c(p$pi.lb, p$pi.ub)) }
  if (id %% 5 == 0) for (m in 1:2) {
    ci <- tryCatch(confint(r, sigma2 = m, control = list(tol = 1e-9, vc.max = 1e4))$random, error = function(e) NULL)
    if (!is.null(ci)) tell(id, paste0("profile", m), ci[1, 2:3])
  }
  if (sandwich) {
    t <- clubSandwich::coef_test(r, vcov = "CR2", cluster = d$study)
    tell(id, "cr2.se", t$SE)
    tell(id, "cr2.df", if (is.null(t$df_Satt)) t$df else t$df_Satt)
    tell(id, "cr2.p", if (is.null(t$p_Satt)) t$p_val else t$p_Satt)
  }
}
close(out)
