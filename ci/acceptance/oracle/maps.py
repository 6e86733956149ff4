"""Linear maps that are fitted to examples: permutations, ladder, task_ranks and probe."""
import functools
import math

import numpy

from moments import Moments, channels_last


def correlations(x, y):
    """rho [channels of x, channels of y]; 0 where one does not vary."""
    a, b = Moments(x), Moments(y)
    sizes = numpy.sqrt(numpy.outer(numpy.diag(a.covariance), numpy.diag(b.covariance)))
    return numpy.where(sizes > 0, a.cross(b) / numpy.where(sizes > 0, sizes, 1), 0)


def best_permutations(scores, slack, limit):
    """The permutations, source by receiver channel, whose sum is within slack of the largest; at most `limit`.

    Exact, over all subsets of channels: for 16 of them at most.
    """
    n = len(scores)
    assert n <= 16, n

    @functools.lru_cache(maxsize=None)
    def rest(column, used):
        """The largest sum of columns from `column` on."""
        if column == n:
            return 0.0
        return max(
            scores[row, column] + rest(column + 1, used | 1 << row)
            for row in range(n)
            if not used >> row & 1
        )

    found = []
    best = rest(0, 0)

    def walk(column, used, so_far, chosen):
        if len(found) == limit:
            return
        if column == n:
            found.append(list(chosen))
            return
        for row in range(n):
            if not used >> row & 1:
                total = so_far + scores[row, column]
                if total + rest(column + 1, used | 1 << row) >= best - slack:
                    walk(column + 1, used | 1 << row, total, chosen + [row])

    walk(0, 0, 0.0, [])
    return found


def r2_of_map(weight, fitted, measured):
    """Of a -> a weight + b, b from the fitted positions; both are (A, Y) as vectors."""
    (a, y), (b, expected) = fitted, measured
    errors = (b - a.mean(0)) @ weight + y.mean(0) - expected
    return 1 - float((errors**2).sum()) / float(((expected - expected.mean(0)) ** 2).sum())


def covariance_scores(x, y):
    return Moments(x).cross(Moments(y))


def ladder(train, half, inputs, permutations):
    """Columns of the ladder, once for each permutation that may be the best one."""
    if not train.receiver.deviation or not half.receiver.deviation:
        return [{"ladder_r2": {}, "effective_rank": None}]
    fitted, measured = ([channels_last(z) for z in (each.c, each.y)] for each in (train, half))
    c, y = (Moments(z) for z in (train.c, train.y))
    gain = c.cross(y) + y.cross(c) - c.covariance
    vectors = numpy.linalg.eigh(gain)[1][:, ::-1]

    def of_rank(rank, where):
        return r2_of_map(vectors[:, :rank] @ vectors[:, :rank].T, fitted, where)

    channels = train.y.shape[1]
    ranks, rank = {}, 1
    while rank < min(inputs, channels):
        ranks["rank_%d" % rank] = of_rank(rank, measured)
        rank *= 2
    ranks["full"] = of_rank(channels, measured)
    least = 0.95 * of_rank(channels, fitted)
    effective = None
    if least > 0:
        effective = next(r for r in range(1, channels + 1) if of_rank(r, fitted) >= least)

    before, after = {}, {}
    if train.x.ndim == 4 and train.y.ndim == 4 and train.x.shape[2:] == train.y.shape[2:]:
        x = Moments(train.x)
        fitted, measured = (
            [channels_last(z) for z in (each.x, each.y)] for each in (train, half)
        )
        if train.x.shape[1] == channels:
            before["identity"] = r2_of_map(numpy.eye(channels), fitted, measured)
        if train.x.shape[1] <= channels:
            u, s, v = numpy.linalg.svd(x.cross(y), full_matrices=False)
            scale = s.sum() / x.trace if x.trace else 0
            after["orthogonal"] = r2_of_map(scale * u @ v, fitted, measured)
    result = []
    for sources in permutations if before else [None]:
        series = dict(before)
        if sources is not None:
            weight = numpy.eye(channels)[:, sources]
            series["permutation"] = r2_of_map(weight, fitted, measured)
        result.append({"ladder_r2": {**series, **after, **ranks}, "effective_rank": effective})
    return result


def by_rank(half, ranks):
    """The points of the stitches of low rank, which are by rank, and of the vanilla stitch; none without a rank."""
    result = {
        "rank_%d" % rank: half.receiver.predict(half.apply(arrays))[0]
        for rank, arrays in sorted(ranks.items())
    }
    return {**result, "full": half.vanilla} if result else {}


def along_ranks(points):
    return {
        "task_rank_accuracy": {name: p.accuracy for name, p in points.items()},
        "task_rank_cross_entropy": {name: p.cross_entropy for name, p in points.items()},
    }


def task_rank(points, labels, full):
    """From the points on validation examples."""
    if not points or not len(labels):
        return None
    shares = numpy.bincount(labels) / len(labels)
    entropy = -sum(share * math.log(share) for share in shares if share)
    gains = {name: entropy - p.cross_entropy for name, p in points.items()}
    most = numpy.nanmax(list(gains.values()))
    if not most > 0:
        return None
    enough = [name for name, gain in gains.items() if gain >= 0.95 * most and name != "full"]
    return int(enough[0][len("rank_") :]) if enough else full


def probe_vectors(x):
    if x.ndim == 2:
        return x
    n, c, h, w = x.shape
    fitting = [g for g in (4, 2) if h % g == 0 and w % g == 0 and c * g * g <= 512]
    g = fitting[0] if fitting else 1
    return x.reshape(n, c, g, h // g, g, w // g).mean((3, 5)).reshape(n, -1)


def probes(train):
    """By penalty, ascending."""
    u = probe_vectors(train.x)
    if u.shape[1] > 1024:
        return []
    t = numpy.eye(train.own.logits.shape[1])[train.labels]
    centred = u - u.mean(0)
    covariance = centred.T @ centred / len(u)
    cross = centred.T @ (t - t.mean(0)) / len(u)
    d = u.shape[1]
    result = []
    for penalty in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0):
        ridge = penalty * numpy.trace(covariance) / d * numpy.eye(d)
        weight = numpy.linalg.lstsq(covariance + ridge, cross, rcond=None)[0]
        result.append((weight, t.mean(0) - u.mean(0) @ weight))
    return result


def probe_accuracy(probe, half):
    outputs = probe_vectors(half.x) @ probe[0] + probe[1]
    return float((outputs.argmax(1) == half.labels).mean())
