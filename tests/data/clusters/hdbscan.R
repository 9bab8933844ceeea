# Rscript hdbscan.R > hdbscan.json      (R 4.2, dbscan 1.1-11)
library(dbscan)
set.seed(15)
blob <- function(n, centre, spread) sapply(centre, function(c) rnorm(n, c, spread))
moon <- function(n, up) { t <- runif(n, 0, pi); cbind(cos(t) + (1 - up), (2 * up - 1) * sin(t) + 0.3 * (1 - up)) }
sets <- list(
  moons = list(4, rbind(moon(90, 1), moon(90, 0)) + rnorm(360, 0, 0.07)),
  "blobs in noise" = list(8, rbind(blob(60, c(0, 0), 0.3), blob(80, c(3, 1), 0.4), blob(40, c(1, 4), 0.2),
                                   cbind(runif(60, -3, 6), runif(60, -3, 7)))),
  "unequal density" = list(6, rbind(blob(70, c(0, 0, 0), 0.15), blob(70, c(1, 1, 0), 0.15), blob(80, c(5, 5, 5), 1))),
  "ten dimensions" = list(10, rbind(blob(60, rep(0, 10), 1), blob(60, rep(c(4, 0), 5), 1), blob(60, rep(c(0, 4), 5), 1.5))),
  "no clusters" = list(15, cbind(runif(150), runif(150))))

# Of R's own single linkage, what the paper calls the stability of a cluster: all rows of a part that is too small leave
# where it comes off. (hdbscan() lets each of them leave where it comes off the part.)
condensed <- function(hc, least) {
  size <- integer(nrow(hc$merge)); made <- list()
  of <- function(k) if (k < 0) 1L else size[k]
  for (k in seq_along(size)) size[k] <- of(hc$merge[k, 1]) + of(hc$merge[k, 2])
  walk <- function(k, birth, parent) {
    id <- length(made) + 1; born <- 1 / birth; stability <- 0; n <- size[k]
    made[[id]] <<- list()
    repeat {
      at <- 1 / hc$height[k]; parts <- hc$merge[k, ]; big <- parts[sapply(parts, of) >= least]
      if (length(big) == 1) { stability <- stability + (size[k] - size[big]) * (at - born); k <- big; next }
      stability <- stability + size[k] * (at - born)
      made[[id]] <<- list(parent = parent - 1, birth = birth, death = hc$height[k], size = n, stability = stability)
      for (part in big) walk(part, hc$height[k], id)
      break
    }
  }
  walk(length(size), Inf, 0)
  made
}
one <- function(name) {
  x <- round(sets[[name]][[2]], 3); least <- sets[[name]][[1]]
  h <- hdbscan(x, minPts = least)
  tree <- condensed(h$hc, least)
  # What hdbscan() itself says of where clusters come off and how many rows they have.
  a <- attr(h, "hdbscan"); below <- attr(a, "cl_hierarchy")
  rows <- function(id) length(a[[id]]$contains) + sum(unlist(sapply(below[[id]], function(c) rows(as.character(c)))))
  ids <- setdiff(names(a), "0")
  told <- lapply(ids, function(id) c(a[[id]]$eps_birth, rows(id)))
  list(name = name, min_points = least, rows = x, clusters = tree, told = told, labels = h$cluster)
}
array <- function(items) paste0("[", paste(items, collapse = ", "), "]")
number <- function(x) ifelse(is.finite(x), format(x, digits = 10, trim = TRUE, scientific = FALSE), "null")
tree_json <- function(c) sprintf('{"parent": %d, "birth": %s, "death": %s, "size": %d, "stability": %s}', c$parent,
                                 number(c$birth), number(c$death), c$size, number(c$stability))
json <- function(s) sprintf('{"name": "%s", "min_points": %d,\n "rows": %s,\n "clusters": %s,\n "told": %s,\n "labels": %s}',
  s$name, s$min_points, array(apply(s$rows, 1, function(r) array(number(r)))), array(sapply(s$clusters, tree_json)),
  array(sapply(s$told, function(t) array(number(t)))), array(s$labels))
cat(paste0("[", paste(sapply(names(sets), function(n) json(one(n))), collapse = ",\n"), "]\n"))
