"""One vector an example: example_similarity and ood."""
import functools
import math

import numpy

from generator import SplittableRandom
from moments import NEGLIGIBLE

MEASURED = 1000
PERMUTATIONS = 100
NEIGHBORS = 10
LEAST_OF_A_CLASS = 4

# Relative difference of two distances that float32 may order otherwise; that of a score which is at most 1
CLOSE = 1e-5


def vectors(z):
    """u(Z), [examples, channels]."""
    return z if z.ndim == 2 else z.mean((2, 3))


@functools.lru_cache(maxsize=None)
def measured(n):
    """The examples that are measured, in their order."""
    random = SplittableRandom(1)
    kept = list(range(min(n, MEASURED)))
    for i in range(MEASURED, n):
        place = random.next_int(i + 1)
        if place < MEASURED:
            kept[place] = i
    return kept


@functools.lru_cache(maxsize=None)
def permutations(n):
    random = SplittableRandom(1)
    result = []
    for _ in range(PERMUTATIONS):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = random.next_int(i + 1)
            order[i], order[j] = order[j], order[i]
        result.append(numpy.array(order))
    return result


def hsic(a, b):
    """H of the products of the rows of a and of b; no n x n matrix is needed."""
    n = len(a)
    squares_a, squares_b = (a**2).sum(1), (b**2).sum(1)
    trace = ((a.T @ b) ** 2).sum() - squares_a @ squares_b
    sums_a, sums_b = (u @ u.sum(0) - squares for u, squares in ((a, squares_a), (b, squares_b)))
    centre = sums_a.sum() * sums_b.sum() / ((n - 1) * (n - 2))
    return (trace + centre - 2 * (sums_a @ sums_b) / (n - 2)) / (n * (n - 3))


class Measured:
    """The measured examples of one output, by their vectors; `negligible` is a sum of squares that is rounding.

    The numbers of a `stored` output are known exactly.
    """

    def __init__(self, z, labels, stored=False):
        self.exact = stored and z[0, 0].size == 1
        rows = measured(len(labels))
        self.u, self.labels = vectors(z)[rows], labels[rows]
        self.negligible = NEGLIGIBLE * (self.u**2).sum()
        self.varies = ((self.u - self.u.mean(0)) ** 2).sum() > self.negligible

    def __len__(self):
        return len(self.u)

    @functools.cached_property
    def hsic(self):
        return hsic(self.u, self.u)

    @functools.cached_property
    def classes(self):
        """The vectors about their class's mean, of each class that is large enough."""
        each = [self.u[self.labels == label] for label in numpy.unique(self.labels)]
        return [u - u.mean(0) for u in each if len(u) >= LEAST_OF_A_CLASS]

    @functools.cached_property
    def within_hsic(self):
        return within_classes(self, self)

    @property
    def varies_within(self):
        return sum((u**2).sum() for u in self.classes) > self.negligible

    @functools.cached_property
    def distances(self):
        """Squares; exactly equal for equal vectors."""
        result = sum(numpy.subtract.outer(column, column) ** 2 for column in self.u.T)
        numpy.fill_diagonal(result, numpy.inf)
        return result

    @functools.cached_property
    def nearest(self):
        return numpy.argsort(self.distances, 1, kind="stable")[:, :NEIGHBORS]

    @functools.cached_property
    def close_neighbors(self):
        """How many neighbours of an example float32 may choose otherwise; the mean share over examples."""
        last = numpy.sort(self.distances, 1)[:, NEIGHBORS - 1 : NEIGHBORS]
        near = abs(self.distances - last) <= CLOSE * last + self.negligible
        if self.exact and (self.distances[near] == numpy.broadcast_to(last, near.shape)[near]).all():
            return 0.0  # Equal distances are ordered by place
        inside = self.distances < last - CLOSE * last - self.negligible
        inside, near = inside.sum(1), near.sum(1)
        kept = NEIGHBORS - inside
        return (numpy.minimum(kept, near - kept) / NEIGHBORS).mean()


def within_classes(a, b):
    """The estimate of wcka in place of H."""
    total, crossed = 0.0, []
    for u, v in zip(a.classes, b.classes):
        k = len(u)
        total += k * k * hsic(u, v)
        crossed.append(k / (k - 1) * u.T @ v)
    # The sum over pairs of different classes
    return total + (sum(crossed) ** 2).sum() - sum((each**2).sum() for each in crossed)


def quotient(both, a, b):
    return max(-1, min(1, both / math.sqrt(a * b)))


def shared_neighbors(near, others):
    """The share of `others`, examples by example, that are near, [examples, examples]."""
    return near[numpy.arange(len(others))[:, None], others].sum() / others.size


def threshold_of(scores):
    return sorted(scores)[math.ceil(0.95 * (PERMUTATIONS + 1)) - 1]


NAMES = ["unbiased_cka", "unbiased_cka_calibrated", "unbiased_cka_p", "within_class_cka"]
NAMES += ["mutual_neighbors", "mutual_neighbors_calibrated", "mutual_neighbors_p"]


def similarity(a, b):
    """The seven numbers of Measured a against the receiver's own b, and how far float32 may take them."""
    row, slack = dict.fromkeys(NAMES), dict.fromkeys(NAMES, 0.0)
    n = len(a)

    def put(name, score, error):
        row[name] = score(numpy.arange(n))
        nulls = [score(order) for order in permutations(n)]
        threshold = threshold_of([row[name], *nulls])
        above = (row[name] - threshold) / (1 - threshold) if threshold < 1 else 0.0
        row[name + "_calibrated"] = max(0.0, above)
        row[name + "_p"] = (1 + sum(null >= row[name] for null in nulls)) / (1 + PERMUTATIONS)
        slack[name] = error
        slack[name + "_calibrated"] = 2 * error / (1 - threshold) if threshold < 1 else 0.0
        ties = sum(abs(null - row[name]) <= 2 * error for null in nulls)
        slack[name + "_p"] = 1e-12 + ties / (1 + PERMUTATIONS)

    if not (a.varies and b.varies):
        return row, slack
    if n >= 4:

        def unbiased(order):
            return quotient(hsic(a.u, b.u[order]), a.hsic, b.hsic)

        put("unbiased_cka", unbiased, CLOSE)
    if a.varies_within and b.varies_within:
        row["within_class_cka"] = quotient(within_classes(a, b), a.within_hsic, b.within_hsic)
        slack["within_class_cka"] = CLOSE
    if n > 2 * NEIGHBORS:
        near = numpy.zeros((n, n), bool)
        near[numpy.arange(n)[:, None], a.nearest] = True

        def mutual(order):
            # Where the order puts the receiver's neighbours of the example in each place
            return shared_neighbors(near, numpy.argsort(order)[b.nearest[order]])

        put("mutual_neighbors", mutual, 1e-12 + a.close_neighbors + b.close_neighbors)
    return row, slack


class Familiar:
    """How far examples are from the receiver's own train examples."""

    def __init__(self, y):
        u = vectors(y)
        self.mean = u.mean(0)
        centred = u - self.mean
        covariance = centred.T @ centred / len(u)
        trace = numpy.trace(covariance)
        self.varies = trace > NEGLIGIBLE * (trace + (self.mean**2).sum())
        if self.varies:
            c = len(covariance)
            self.inverse = numpy.linalg.inv(covariance + 1e-3 * trace / c * numpy.eye(c))

    def scores(self, z):
        d = vectors(z) - self.mean
        return ((d @ self.inverse) * d).sum(1)

    def auroc(self, z, y):
        """The share of pairs, and the share that float32 may order otherwise."""
        if not self.varies:
            return None, 0.0
        a, b = self.scores(z)[:, None], self.scores(y)
        if not (numpy.isfinite(a).all() and numpy.isfinite(b).all()):
            return None, 0.0
        close = (abs(a - b) <= CLOSE * b).mean()
        return float((a > b).mean() + (a == b).mean() / 2), 1e-12 + close
