# What metafor makes of every meta-regression: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
regressions <- read.csv(file.path(arguments[1], "regressions.csv"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)
tight <- list(threshold = 1e-12, maxiter = 20000, tol = 1e-12, tau2.max = 1e6)

for (id in unique(regressions$id)) {
  d <- regressions[regressions$id == id, ]
  x <- as.matrix(d[, paste0("x", seq_len(d$m[1])), drop = FALSE])
  fit <- function(...) {
    for (step in c(1, 0.5, 0.2)) {  # where scoring runs to and fro, shorter steps end it
      r <- tryCatch(rma.uni(d$y, d$v, ..., control = c(tight, if (step < 1) list(stepadj = step))), error = function(e) NULL)
      if (!is.null(r)) return(r)
    }
    NULL
  }
  for (method in c("EE", "DL", "PM", "REML", "ML", "EB", "HS", "HE", "SJ")) for (test in c("z", "knha", "adhoc")) {
    if (test != "z" && !(method %in% c("DL", "REML"))) next
    r <- if (method == "EE") rma.uni(d$y, d$v, mods = x, method = method, test = test) else fit(mods = x, method = method, test = test)
    name <- paste(method, test, sep = ".")
    if (is.null(r)) { tell(id, paste0(name, ".failed"), 1); next }
    alone <- if (method == "EE") rma.uni(d$y, d$v, method = method) else fit(method = method)
    tell(id, paste0(name, ".alone"), if (is.null(alone)) NA else alone$tau2)
    tell(id, name, c(r$tau2, r$se.tau2, r$QE, r$QEp, r$QM, r$QMp, r$I2, r$H2, if (is.null(r$R2)) NA else r$R2))
    tell(id, paste0(name, ".b"), r$beta)
    tell(id, paste0(name, ".se"), r$se)
    tell(id, paste0(name, ".low"), r$ci.lb)
    tell(id, paste0(name, ".high"), r$ci.ub)
    tell(id, paste0(name, ".p"), r$pval)
    p <- predict(r, newmods = rep(0.7, d$m[1]))
    tell(id, paste0(name, ".at"), c(p$pred, p$se, p$ci.lb, p$ci.ub, if (is.null(p$pi.lb)) c(NA, NA) else c(p$pi.lb, p$pi.ub)))
  }
}
close(out)
