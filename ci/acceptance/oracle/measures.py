"""The columns of cells.csv, written from pipeline/docs/metrics.md alone: all in float64, over whole arrays."""
import functools
import math

import numpy
import torch

from generator import SplittableRandom, hash_code

NEGLIGIBLE = 1e-12


# ---- networks


def suffix(network, cut, representation):
    """Logits, and the representations at later cuts by name."""
    later = {}
    seen = cut == "stem"
    with torch.no_grad():
        y = torch.from_numpy(representation)
        for stage in range(1, network.stages + 1):
            for i, block in enumerate(getattr(network, "layer%d" % stage)):
                name = "layer%d.%d" % (stage, i)
                if seen:
                    y = block(y)
                    later[name] = y.numpy()
                seen = seen or name == cut
        assert seen, cut
        return network.fc(y.mean((2, 3))).numpy(), later


class Predictions:
    """What logits predict; `close` examples have two classes with nearly the same logit."""

    def __init__(self, logits, labels):
        self.classes = logits.argmax(1)
        self.right = self.classes == labels
        largest = logits.max(1)
        entropy = largest + numpy.log(numpy.exp(logits - largest[:, None]).sum(1))
        self.cross_entropy = float((entropy - logits[numpy.arange(len(labels)), labels]).mean())
        self.accuracy = float(self.right.mean())
        top = numpy.sort(logits, 1)
        self.close = top[:, -1] - top[:, -2] <= 1e-5 * abs(logits).max()


# ---- stitches


def apply(x, arrays, to):
    """The output of a stitch file for x, in the shape of `to`."""
    family, weight, bias = arrays
    if family == "flattened":
        return x.reshape(len(x), -1) @ weight.T + bias
    n, channels, height, width = x.shape
    ratio = weight.shape[2]
    patches = x.reshape(n, channels, height // ratio, ratio, width // ratio, ratio)
    z = numpy.tensordot(patches, weight, ((1, 3, 5), (1, 2, 3))) + bias
    z = numpy.ascontiguousarray(z.transpose(0, 3, 1, 2))
    ratio = to[1] // z.shape[2]
    return z.repeat(ratio, 2).repeat(ratio, 3) if family == "upsampled" else z


def random_stitch(like, seed, sender_cut, receiver_cut):
    family, weight, bias = like
    inputs = weight[0].size
    first = SplittableRandom(seed).next_long()
    random = SplittableRandom(first + hash_code(sender_cut + " -> " + receiver_cut))
    bound = math.sqrt(3 / inputs)
    draws = [(2 * random.next_double() - 1) * bound for _ in range(weight.size)]
    drawn = numpy.array(draws).astype("f4").astype("f8").reshape(weight.shape)
    return family, drawn, numpy.zeros_like(bias)


# ---- moments


def channels_last(z):
    """[positions, channels]."""
    return z if z.ndim == 2 else z.transpose(0, 2, 3, 1).reshape(-1, z.shape[1])


def deviation_squares(y):
    """D(Y)."""
    vectors = channels_last(y)
    squares = float(((vectors - vectors.mean(0)) ** 2).sum())
    return squares if squares > NEGLIGIBLE * float((vectors**2).sum()) else 0.0


def block_means(z, ratio):
    n, c, h, w = z.shape
    return z.reshape(n, c, h // ratio, ratio, w // ratio, ratio).mean((3, 5))


def corresponding(x, y):
    """Both with the larger one as block means; None without a ratio."""
    if x.ndim == 2 or y.ndim == 2:
        return None
    a, b = x.shape[2:], y.shape[2:]
    for ratio in range(1, max(a + b) + 1):
        if a == (ratio * b[0], ratio * b[1]):
            return block_means(x, ratio), y
        if b == (ratio * a[0], ratio * a[1]):
            return x, block_means(y, ratio)
    return None


class Moments:
    def __init__(self, z):
        vectors = channels_last(z)
        self.mean = vectors.mean(0)
        self.centred = vectors - self.mean
        self.covariance = self.cross(self)
        self.trace = float(numpy.trace(self.covariance))
        square = self.trace + float((self.mean**2).sum())
        self.varies = self.trace > NEGLIGIBLE * square

    def cross(self, other):
        return self.centred.T @ other.centred / len(self.centred)


def cka(a, b):
    if not (a.varies and b.varies):
        return None
    norm = numpy.linalg.norm
    return min(1, norm(a.cross(b)) ** 2 / (norm(a.covariance) * norm(b.covariance)))


def procrustes(a, b):
    if not (a.varies and b.varies):
        return None
    nuclear = numpy.linalg.svd(a.cross(b), compute_uv=False).sum()
    return max(0, 2 - 2 * nuclear / math.sqrt(a.trace * b.trace))


def mahalanobis(z, y):
    if not y.varies:
        return None
    c = len(y.mean)
    inverse = numpy.linalg.inv(y.covariance + 1e-3 * y.trace / c * numpy.eye(c))
    d = z.mean - y.mean
    return numpy.trace(inverse @ (z.covariance + numpy.outer(d, d))) / numpy.trace(
        inverse @ y.covariance
    )


def cosine(z, y):
    z, y = z.reshape(len(z), -1), y.reshape(len(y), -1)
    sizes = numpy.sqrt((z**2).sum(1)) * numpy.sqrt((y**2).sum(1))
    counts = sizes > 0
    if not counts.any():
        return None
    return max(-1, min(1, float(((z * y).sum(1)[counts] / sizes[counts]).mean())))


# ---- permutations


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


# ---- cells


class Half:
    """One cell on one split, as far as several metrics share it."""

    def __init__(self, network, cut, x, y, labels, vanilla, copy):
        self.network, self.cut, self.x, self.y, self.labels = network, cut, x, y, labels
        self.deviation = deviation_squares(y)
        self.variance = self.deviation / y.size
        self.v, self.c = (apply(x, each, y.shape[1:]) for each in (vanilla, copy))
        self.own, self.own_later = self.predict(y)
        self.vanilla, self.vanilla_later = self.predict(self.v)
        self.copy, self.copy_later = self.predict(self.c)

    def predict(self, z):
        logits, later = suffix(self.network, self.cut, z)
        return Predictions(logits, self.labels), later

    def mse(self, z):
        return float(((z - self.y) ** 2).sum() / self.y.size)

    def r2(self, z):
        return 1 - self.mse(z) / self.variance if self.variance else None

    def spread(self):
        """Each example's part of the sum of squares about the channels' means."""
        axes = (0, 2, 3) if self.y.ndim == 4 else (0,)
        centred = self.y - self.y.mean(axes, keepdims=True)
        return (centred**2).reshape(len(self.y), -1).sum(1)


def ceiling(half, family):
    if family != "upsampled" or half.deviation == 0:
        return 1.0
    ratio = half.y.shape[2] // half.x.shape[2]
    vectors = channels_last(half.y)
    means = float(len(vectors) * (vectors.mean(0) ** 2).sum())
    blocks = float(ratio * ratio * (block_means(half.y, ratio) ** 2).sum())
    return (blocks - means) / half.deviation


def basic(half, family, sender_classes, receiver_classes):
    """All columns that every split has."""
    n = len(half.labels)
    v, c, y = half.v, half.c, half.y
    result = {"examples": n}
    for name, predictions in (
        ("vanilla", half.vanilla),
        ("copy", half.copy),
        ("receiver", half.own),
    ):
        result[name + "_accuracy"] = predictions.accuracy
        result[name + "_cross_entropy"] = predictions.cross_entropy
    for name, predictions in (("vanilla", half.vanilla), ("copy", half.copy)):
        result[name + "_penalty"] = half.own.accuracy - predictions.accuracy
        for other, classes in (("sender", sender_classes), ("receiver", receiver_classes)):
            result["%s_agrees_with_%s" % (name, other)] = (predictions.classes == classes).mean()
    result["vanilla_agrees_with_copy"] = (half.vanilla.classes == half.copy.classes).mean()

    result["ev"], result["es"] = half.mse(v), half.mse(c)
    result["sv"] = float(((v - c) ** 2).sum() / y.size)
    result["variance"] = half.variance
    result["r2_vanilla"], result["r2_copy"] = half.r2(v), half.r2(c)
    result["r2_ceiling"] = ceiling(half, family)
    square = float((c**2).sum())
    result["stitch_distance"] = math.sqrt(result["sv"] * y.size / square) if square else None
    result["vanilla_cosine"], result["copy_cosine"] = cosine(v, y), cosine(c, y)

    own, of_v, of_c = Moments(y), Moments(v), Moments(c)
    pair = corresponding(half.x, y)
    result["sender_cka"] = result["sender_procrustes"] = None
    if pair:
        a, b = Moments(pair[0]), Moments(pair[1])
        result["sender_cka"], result["sender_procrustes"] = cka(a, b), procrustes(a, b)
    for name, moments in (("vanilla", of_v), ("copy", of_c)):
        result[name + "_cka"] = cka(moments, own)
        result[name + "_procrustes"] = procrustes(moments, own)
        result[name + "_mahalanobis"] = mahalanobis(moments, own)
    for name, later in (("vanilla", half.vanilla_later), ("copy", half.copy_later)):
        series = {}
        for cut, z in later.items():
            squares = deviation_squares(half.own_later[cut])
            if squares:
                series[cut] = 1 - float(((z - half.own_later[cut]) ** 2).sum()) / squares
        result[name + "_later_r2"] = series
    return result


def interpolation(half):
    accuracy, entropy = {}, {}
    for t in (0.0, 0.25, 0.5, 0.75, 1.0):
        predictions, _ = half.predict((1 - t) * half.v + t * half.c)
        accuracy[str(t)], entropy[str(t)] = predictions.accuracy, predictions.cross_entropy
    return {"interpolated_accuracy": accuracy, "interpolated_cross_entropy": entropy}


# ---- ladder and probe


def r2_of_map(weight, fitted, measured):
    """Of a -> a weight + b, b from the fitted positions; both are (A, Y) as vectors."""
    (a, y), (b, expected) = fitted, measured
    errors = (b - a.mean(0)) @ weight + y.mean(0) - expected
    return 1 - float((errors**2).sum()) / float(((expected - expected.mean(0)) ** 2).sum())


def covariance_scores(x, y):
    return Moments(x).cross(Moments(y))


def ladder(train, half, inputs, permutations):
    """Columns of the ladder, once for each permutation that may be the best one."""
    if not train.deviation or not half.deviation:
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
        "rank_%d" % rank: half.predict(apply(half.x, arrays, half.y.shape[1:]))[0]
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


def probes(train, classes):
    """By penalty, ascending."""
    u = probe_vectors(train.x)
    if u.shape[1] > 1024:
        return []
    t = numpy.eye(classes)[train.labels]
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


def control(half, name, z):
    predictions, _ = half.predict(z)
    return {
        name + "_accuracy": predictions.accuracy,
        name + "_cross_entropy": predictions.cross_entropy,
        name + "_mse": half.mse(z),
    }


# ---- seeds


def two_seeds(half, stitch):
    """What the vanilla stitches of two seeds share; `stitch` is that of the seed before, or None."""
    row = {"seed_noise": None, "seed_bias": None, "r2_bias": None}
    if stitch is None:
        return row
    other = apply(half.x, stitch, half.y.shape[1:])
    row["seed_noise"] = float(((half.v - other) ** 2).sum() / half.y.size / 2)
    row["seed_bias"] = float(((half.v - half.y) * (other - half.y)).sum() / half.y.size)
    if half.variance:
        row["r2_bias"] = 1 - row["seed_bias"] / half.variance
    return row


# ---- front


class Point:
    def __init__(self, half, z):
        self.r2 = half.r2(z)
        self.errors = ((z - half.y) ** 2).reshape(len(z), -1).sum(1)
        self.spread = half.spread()
        self.own, self.labels = half.own, half.labels
        self.predictions, _ = half.predict(z)
        self.cross_entropy = self.predictions.cross_entropy


def weight_name(weight):
    return str(int(weight)) if weight == int(weight) else repr(weight)


def points(half, front, copy):
    """The points of a cell by name, in their order; `front` is by weight."""
    result = {"0": Point(half, half.v)}
    for weight, arrays in sorted(front.items()):
        result[weight_name(weight)] = Point(half, apply(half.x, arrays, half.y.shape[1:]))
    result["copy"] = Point(half, half.c)
    return result


def along(front):
    return {
        "front_r2": {name: p.r2 for name, p in front.items() if p.r2 is not None},
        "front_accuracy": {name: p.predictions.accuracy for name, p in front.items()},
        "front_cross_entropy": {name: p.cross_entropy for name, p in front.items()},
    }


INTERVALS = ("match_at_equal_loss", "cost_of_matching", "matching_r2_share", "r2_copy", "works_margin")
CHOSEN = tuple(name + end for name in INTERVALS for end in ("", "_low", "_high") if name + end != "r2_copy")
CHOSEN += ("works_margin_limit",)


@functools.lru_cache(maxsize=None)
def resamples(n):
    random = SplittableRandom(1)
    return numpy.array([[random.next_int(n) for _ in range(n)] for _ in range(1000)])


def ends(values):
    values = numpy.sort(values)
    return values[25], values[-26]


def margins(point):
    """What a point keeps of the receiver's accuracy above chance, beyond 80 %, by example."""
    labels = numpy.asarray(point.labels)
    majority = labels == numpy.bincount(labels).argmax()
    return point.predictions.right - 0.8 * point.own.right - 0.2 * majority


def chosen(validation, test):
    """What depends on a choice among the points; both are by name, in order."""
    row = dict.fromkeys(CHOSEN)
    if not validation:
        return row
    draws = resamples(len(test["0"].errors))

    def put(name, value, values):
        row[name] = value
        row[name + "_low"], row[name + "_high"] = ends(values)

    # min and max keep the first of equals
    a = min(validation, key=lambda name: validation[name].cross_entropy)
    kept = {name: margins(point) for name, point in test.items()}
    put("works_margin", kept[a].mean(), kept[a][draws].mean(1))
    row["works_margin_limit"] = max(ends(margin[draws].mean(1))[1] for margin in kept.values())
    copy = test["copy"]
    if copy.r2 is None:
        return row
    variation = copy.spread[draws].sum(1)
    row["r2_copy_low"], row["r2_copy_high"] = ends(1 - copy.errors[draws].sum(1) / variation)
    for front in (validation, test):
        if front["copy"].r2 is None or not front["copy"].r2 >= 0.1:
            return row
    loss = validation["0"].cross_entropy
    q = max(
        (name for name, p in validation.items() if p.cross_entropy <= loss),
        key=lambda name: validation[name].r2,
    )
    least = 0.9 * validation["copy"].r2
    b = min(
        (name for name, p in validation.items() if p.r2 >= least),
        key=lambda name: validation[name].cross_entropy,
    )
    explained = variation - copy.errors[draws].sum(1)
    for name, point in (("match_at_equal_loss", test[q]), ("matching_r2_share", test[b])):
        put(name, point.r2 / copy.r2, (variation - point.errors[draws].sum(1)) / explained)
    lost = test[a].predictions.right.astype(int) - test[b].predictions.right.astype(int)
    put("cost_of_matching", lost.mean(), lost[draws].mean(1))
    return row


# ---- starts


def by_start(points, names, losses):
    """`points` and `losses` are of all starts; none where there is one."""
    return {
        "start_loss": dict(zip(names, losses)),
        "start_cross_entropy": {name: p.cross_entropy for name, p in points.items()},
        "start_accuracy": {name: p.predictions.accuracy for name, p in points.items()},
        "start_r2": {name: p.r2 for name, p in points.items() if p.r2 is not None},
    }
