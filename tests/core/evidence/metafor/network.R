# What metafor makes of every network: one line a number (id, what, at, value).
suppressWarnings(suppressMessages(library(metafor)))
options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
contrasts <- read.csv(file.path(arguments[1], "contrasts.csv"))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "polish.R"))
out <- file(file.path(arguments[1], "out.csv"), "w")
tell <- function(id, what, values)
  writeLines(sprintf("%d,%s,%d,%.17g", id, what, seq_along(values) - 1L, as.numeric(values)), out)

for (id in unique(contrasts$id)) {
  d <- contrasts[contrasts$id == id, ]
  V <- outer(d$study, d$study, "==") * outer(d$shared, d$shared, function(a, b) (a + b) / 2)
  diag(V) <- d$v
  t <- max(d$base, d$other)
  X <- sapply(seq_len(t), function(j) (d$other == j) - (d$base == j))
  d$row <- seq_len(nrow(d))
  common <- rma.mv(y, V, mods = ~ 0 + X, data = d)
  tell(id, "common", c(common$b, common$se, common$QE, common$QEp))
  for (method in c("REML", "ML")) {
    model <- function(...) rma.mv(y, V, mods = ~ 0 + X, random = ~ row | study, struct = "CS", rho = 0.5,
                                  method = method, data = d, ...)
    found <- searched(function(how) model(control = how))
    if (is.null(found)) next
    r <- model(tau2 = polished(function(at) model(tau2 = at), found$tau2))
    tell(id, method, c(r$b, r$se, r$tau2))
  }
}

# Senn 2013, ten treatments of diabetes, from its arms.
d <- metadat::dat.senn2013
for (i in seq_len(nrow(d)))
  tell(9999, "senn", c(match(d$study[i], unique(d$study)), match(d$treatment[i], sort(unique(d$treatment))), d$ni[i], d$mi[i], d$sdi[i]))
close(out)
