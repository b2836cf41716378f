# What metafor makes of every pool: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
pools <- read.csv(file.path(arguments[1], "pools.csv"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)

tight <- list(threshold = 1e-10, maxiter = 20000, tol = 1e-12, tau2.max = 1e6)
fit <- function(d, method, test) {
  control <- if (method == "EE") list() else tight
  for (step in c(1, 0.5, 0.2)) {  # where scoring runs to and fro, shorter steps end it
    if (step < 1) control$stepadj <- step
    r <- tryCatch(rma.uni(d$y, d$v, method = method, test = test, control = control), error = function(e) NULL)
    if (!is.null(r)) return(r)
  }
  NULL
}
told <- function(id, name, r) {
  if (is.null(r)) return(tell(id, paste0(name, ".failed"), 1))
  tell(id, name, c(r$tau2, r$se.tau2, r$beta, r$se, r$ci.lb, r$ci.ub, r$pval, r$QE, r$QEp, r$I2, r$H2,
                   as.numeric(logLik(r, REML = r$method == "REML"))))
}
tests <- c("z", "knha", "adhoc")
methods <- c("EE", "DL", "PM", "REML", "ML", "EB", "HS", "HE", "SJ")

for (id in unique(pools$id)) {
  d <- pools[pools$id == id, ]
  k <- nrow(d)
  for (method in methods) for (test in tests) {
    every <- (method == "REML" && test == "knha") || id %% 7 == 0
    if (test != "z" && (method == "EE" || !every)) next
    told(id, paste(method, test, sep = "."), r <- fit(d, method, test))
    if (method != "REML" || is.null(r)) next
    if (test != "adhoc") for (type in c("default", "riley")) {
      p <- predict(r, pi.type = type)
      tell(id, paste("predict", test, type, sep = "."), c(p$pi.lb, p$pi.ub))
    }
    if (test == "z") {
      ci <- tryCatch(confint(r, control = list(tol = 1e-12, tau2.max = 1e6))$random, error = function(e) NULL)
      if (!is.null(ci)) tell(id, "confint.QP", c(ci[1, 2:3], ci[3, 2:3]))
    }
    if (test == "z" && id %% 7 == 0) {
      ci <- tryCatch(confint(r, type = "PL", control = list(tol = 1e-12, tau2.max = 1e6))$random, error = function(e) NULL)
      if (!is.null(ci)) tell(id, "confint.PL", ci[1, 2:3])
    }
  }
  if (id %% 11 != 0 || k < 3) next
  for (test in c("z", "knha")) {
    r <- fit(d, "REML", test)
    if (is.null(r)) next
    l <- leave1out(r)
    for (what in c("estimate", "se", "pval", "ci.lb", "ci.ub", "Q", "Qp", "tau2", "I2", "H2"))
      tell(id, paste("leave1out", test, what, sep = "."), l[[what]])
    i <- influence(r)
    for (what in c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat"))
      tell(id, paste("influence", test, what, sep = "."), i$inf[[what]])
    tell(id, paste("influence", test, "dfbs", sep = "."), i$dfbs[[1]])
    tell(id, paste("influence", test, "is", sep = "."), i$is.infl)
    g <- tryCatch(regtest(r, predictor = "sei"), error = function(e) NULL)
    if (!is.null(g)) tell(id, paste("regtest.rma", test, sep = "."), c(g$zval, g$pval, g$est, g$ci.lb, g$ci.ub, g$fit$tau2))
  }
  r <- fit(d, "REML", "z")
  l <- cumul(r, order = seq_len(k))
  for (what in c("estimate", "se", "ci.lb", "ci.ub")) tell(id, paste0("cumul.", what), l[[what]])
  g <- tryCatch(regtest(d$y, d$v, model = "lm", predictor = "sei"), error = function(e) NULL)
  if (!is.null(g)) tell(id, "regtest.lm", c(g$zval, g$pval, g$est, g$ci.lb, g$ci.ub))
  g <- tryCatch(ranktest(d$y, d$v), error = function(e) NULL)
  if (!is.null(g)) tell(id, "ranktest", c(g$tau, g$pval))
  if (k > 4) for (method in c("DL", "EE")) for (by in c("L0", "R0")) for (side in c("left", "right", "auto")) {
    if (method == "EE" && side != "auto") next
    r <- fit(d, method, "z")
    f <- tryCatch(if (side == "auto") trimfill(r, estimator = by) else trimfill(r, estimator = by, side = side),
                  error = function(e) NULL)
    if (!is.null(f)) tell(id, paste("trimfill", method, by, side, sep = "."),
                          c(f$k0, f$se.k0, f$side == "right", f$beta, f$se, f$tau2, f$p.k0))
  }
}
close(out)
