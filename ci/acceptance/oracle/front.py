"""The points of a cell: front and starts."""
import functools

import numpy

from generator import SplittableRandom


class Point:
    def __init__(self, half, z):
        self.r2 = half.r2(z)
        self.errors = ((z - half.y) ** 2).reshape(len(z), -1).sum(1)
        self.spread = half.receiver.spread
        self.own, self.labels = half.own, half.labels
        self.predictions, _ = half.receiver.predict(z)
        self.cross_entropy = self.predictions.cross_entropy


def weight_name(weight):
    return str(int(weight)) if weight == int(weight) else repr(weight)


def points(half, front, copy):
    """The points of a cell by name, in their order; `front` is by weight."""
    result = {"0": Point(half, half.v)}
    for weight, arrays in sorted(front.items()):
        result[weight_name(weight)] = Point(half, half.apply(arrays))
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


def by_start(points, names, losses):
    """`points` and `losses` are of all starts; none where there is one."""
    return {
        "start_loss": dict(zip(names, losses)),
        "start_cross_entropy": {name: p.cross_entropy for name, p in points.items()},
        "start_accuracy": {name: p.predictions.accuracy for name, p in points.items()},
        "start_r2": {name: p.r2 for name, p in points.items() if p.r2 is not None},
    }
