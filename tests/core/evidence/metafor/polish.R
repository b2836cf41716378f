# metafor's search for variance components ends where the likelihood no longer changes in about its tenth digit, so they
# themselves are sure to five. From there on we take Newton's steps on metafor's own likelihood, by its differences
# (Richardson's), and let metafor fit with the components it gives: all that follows is then sure to 1e-6 and beyond.
polished <- function(fit, theta) {
  level <- function(at) as.numeric(logLik(fit(at)))
  for (m in seq_along(theta)) if (level(replace(theta, m, 0)) >= level(theta)) theta[m] <- 0
  free <- which(theta > 0)
  moved <- function(at, ...) { h <- list(...); for (one in h) at[one[1]] <- at[one[1]] + one[2]; level(at) }
  slope <- function(at, m, h) (moved(at, c(m, h)) - moved(at, c(m, -h))) / (2 * h)
  bend <- function(at, a, b, h, i) {
    if (a == b) return((moved(at, c(a, h)) - 2 * level(at) + moved(at, c(a, -h))) / h^2)
    (moved(at, c(a, h), c(b, i)) - moved(at, c(a, h), c(b, -i)) - moved(at, c(a, -h), c(b, i)) + moved(at, c(a, -h), c(b, -i))) / (4 * h * i)
  }
  if (length(free) == 0) return(theta)
  near <- 0.004 * theta
  H <- outer(free, free, Vectorize(function(a, b) bend(theta, a, b, near[a], near[b])))
  for (step in 1:2) {
    g <- sapply(free, function(m) (4 * slope(theta, m, near[m] / 2) - slope(theta, m, near[m])) / 3)
    to <- theta
    to[free] <- theta[free] - solve(H, g)
    if (any(to < 0)) break
    theta <- to
  }
  theta
}
# The end of metafor's own search, as near as it will go.
searched <- function(fit) {
  for (near in c(1e-12, 1e-10, 1e-8)) {
    r <- tryCatch(fit(list(rel.tol = near, eval.max = 5000, iter.max = 5000)), error = function(e) NULL)
    if (!is.null(r)) return(r)
  }
  NULL
}
