# What metafor makes of tables and samples: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
tables <- read.csv(file.path(arguments[1], "tables.csv"))
samples <- read.csv(file.path(arguments[1], "samples.csv"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)
both <- function(id, what, e) {
  tell(id, paste0(what, ".y"), e$yi)
  tell(id, paste0(what, ".v"), e$vi)
}

for (id in unique(tables$id)) {
  d <- tables[tables$id == id, ]
  for (to in c("only0", "if0all", "all")) for (measure in c("OR", "RR"))
    both(id, paste(measure, to, sep = "."), escalc(measure = measure, ai = a, n1i = n, ci = c, n2i = m, data = d, to = to, drop00 = TRUE))
  both(id, "RD.only0", escalc(measure = "RD", ai = a, n1i = n, ci = c, n2i = m, data = d, addyi = FALSE))
  both(id, "PETO.none", escalc(measure = "PETO", ai = a, n1i = n, ci = c, n2i = m, data = d, add = 0, to = "none", drop00 = TRUE))
  for (measure in c("OR", "RR", "RD")) {
    r <- tryCatch(rma.mh(measure = measure, ai = a, n1i = n, ci = c, n2i = m, data = d, correct = FALSE), error = function(e) NULL)
    if (!is.null(r)) tell(id, paste0("mh.", measure), c(r$beta, r$se, r$ci.lb, r$ci.ub, r$pval, r$QE, r$QEp, r$I2,
                                                        if (measure == "OR") c(r$MH, r$MHp, r$TA, r$TAp)))
  }
  r <- tryCatch(rma.peto(ai = a, n1i = n, ci = c, n2i = m, data = d), error = function(e) NULL)
  if (!is.null(r)) tell(id, "peto", c(r$beta, r$se, r$ci.lb, r$ci.ub, r$pval, r$QE, r$QEp, r$I2))
}
for (id in unique(samples$id)) {
  d <- samples[samples$id == id, ]
  two <- function(measure, ...) escalc(measure = measure, m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = d, ...)
  both(id, "MD", two("MD"))
  both(id, "MD.same", two("MD", vtype = "HO"))
  for (vtype in c("LS", "UB", "LS2")) both(id, paste0("SMD.", vtype), two("SMD", vtype = vtype))
  paired <- function(measure) escalc(measure = measure, m1i = m1, sd1i = sd1, m2i = m2, sd2i = sd2, ni = n1, ri = r, data = d)
  for (measure in c("MC", "SMCC", "SMCR")) both(id, measure, paired(measure))
}
close(out)
