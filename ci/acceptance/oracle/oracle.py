"""Recomputes all numbers of a run's cells.csv from its artifacts, by the definitions of pipeline/docs/metrics.md.

oracle.py STORE CELLS_CSV   prints a line per column and each number that differs; exit status 1 if one does

Needs a store with all blobs of the run, ResNets, and maps of at most 16 channels. Uses numpy and PyTorch's layers; float64
throughout.
"""
import csv
import functools
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "torch"))

import numpy
import torch

import arrow_file
import measures
import networks
import safetensors_file
from store_files import Comparison, Store, values

MEAN = numpy.array([0.4914, 0.4822, 0.4465]).reshape(3, 1, 1)
DEVIATION = numpy.array([0.2470, 0.2435, 0.2616]).reshape(3, 1, 1)
REPRESENTATION = 1e-4
TEXT = os.path.join(HERE, *[os.pardir] * 3, "pipeline", "docs", "metrics.md")

PLACE = ["condition", "sender", "sender_cut", "receiver", "receiver_cut", "copy_solver", "split"]
PLACE += ["seed", "objective", "comparison_digest"]

# Ties of the assignment are within this; then every best permutation is tried
SLACK = 1e-5
PERMUTATIONS = 200

# Printed of a column that differs
EXAMPLES = 3

RELATIVE = 1e-5

# Those that the oracle knows
METRICS = ["accuracy", "mse", "front", "starts", "agreement", "cosine", "cka", "procrustes", "mahalanobis"]
METRICS += ["distance", "drift", "interpolation", "ladder", "task_ranks", "probe", "controls"]


class Files:
    """Artifacts, each read once."""

    def __init__(self, store):
        self.store = store

    @functools.lru_cache(maxsize=None)
    def representation(self, digest):
        rows, labels = arrow_file.read(self.store.blob(digest))
        return rows.astype("f8"), labels

    @functools.lru_cache(maxsize=None)
    def stitch(self, digest):
        arrays, metadata = safetensors_file.read(self.store.blob(digest))
        return (
            metadata["family"],
            arrays["weight"].numpy().astype("f8"),
            arrays["bias"].numpy().astype("f8"),
        )

    @functools.lru_cache(maxsize=None)
    def network(self, digest):
        return networks.load(*safetensors_file.read(self.store.blob(digest))).double()

    @functools.lru_cache(maxsize=None)
    def images(self, digest):
        pixels, labels = arrow_file.read(self.store.blob(digest))
        return torch.from_numpy((pixels / 255 - MEAN) / DEVIATION), labels

    @functools.lru_cache(maxsize=None)
    def forward(self, network, images):
        """Logits, representations by cut, and labels."""
        pixels, labels = self.images(images)
        with torch.no_grad():
            logits, cuts = self.network(network)(pixels)
        return logits.numpy(), {cut: map.numpy() for cut, map in cuts.items()}, labels

    @functools.lru_cache(maxsize=None)
    def predictions(self, digest, split):
        """What the network whose stage wrote these predictions predicts, by our own forward pass."""
        action, outputs = next(self.store.actions("predictions", digest))
        logits, _, labels = self.forward(outputs["network"], action.inputs[split])
        return measures.Predictions(logits, labels)

    @functools.lru_cache(maxsize=None)
    def permutations(self, sender, receiver, score):
        """The best ones for these representations of the train split."""
        x, _ = self.representation(sender)
        y, _ = self.representation(receiver)
        if x.shape[1:] != y.shape[1:]:
            return []
        rows = selected("train", len(y))
        scores = score(x[rows], y[rows])
        return measures.best_permutations(scores, SLACK * abs(scores).max(), PERMUTATIONS)

    @functools.lru_cache(maxsize=None)
    def representation_error(self, digest):
        """Largest difference to our own forward pass, over the largest number."""
        rows, labels = self.representation(digest)
        action, _ = next(self.store.actions("representation", digest))
        cut = values(action.parameters[12], 1)[0].decode()
        _, cuts, own_labels = self.forward(action.inputs["network"], action.inputs["dataset"])
        assert (labels == own_labels[: len(labels)]).all(), digest
        own = cuts[cut][: len(rows)]
        return float(abs(rows - own).max() / abs(own).max())


def selected(split, count):
    """Rows of the examples of a split, among all of its representation."""
    rows = numpy.arange(count)
    if split == "test":
        return rows
    return rows[rows % 5 == 4] if split == "validation" else rows[rows % 5 != 4]


class Expected:
    """Our numbers of one comparison, by split; where float32 limits them, how near they can be."""

    def __init__(self, files, comparison):
        self.files, self.comparison = files, comparison
        self.network = files.network(comparison.inputs["network"])
        places = range(len(comparison.starts))
        self.starts = [files.stitch(comparison.inputs["vanilla.%d" % i]) for i in places]
        self.start_losses = self.losses()
        # min keeps the first of equals
        self.kept = min(places, key=lambda i: self.start_losses[i], default=None)
        self.vanilla = (
            self.starts[self.kept] if self.starts else files.stitch(comparison.inputs["vanilla"])
        )
        self.copy = files.stitch(comparison.inputs["copy"])
        previous = comparison.inputs.get("vanilla.previous")
        self.previous = files.stitch(previous) if previous else None
        front = [comparison.inputs["front.%d" % i] for i in range(len(comparison.front))]
        self.front = dict(zip(comparison.front, map(files.stitch, front)))
        ranks = [comparison.inputs["rank.%d" % i] for i in range(len(comparison.ranks))]
        ranks = dict(zip(comparison.ranks, map(files.stitch, ranks)))
        halves = {split: self.half(split) for split in ("train", "validation", "test")}
        along, ranked = {}, {}
        self.rows, self.ties, self.noise, started = {}, {}, {}, {}
        for split, half in halves.items():
            row = measures.basic(half, self.vanilla[0], *self.classes(split))
            row.update(measures.two_seeds(half, self.previous))
            along_starts = {
                name: measures.Point(half, measures.apply(half.x, arrays, half.y.shape[1:]))
                for name, arrays in zip(comparison.starts, self.starts)
            }
            started[split] = along_starts
            row.update(measures.by_start(along_starts, comparison.starts, self.start_losses))
            if split != "train":
                row.update(measures.interpolation(half))
                along[split] = measures.points(half, self.front, self.copy)
                row.update(measures.along(along[split]))
                ranked[split] = measures.by_rank(half, ranks)
                row.update(measures.along_ranks(ranked[split]))
            self.rows[split] = row
        self.rows["test"].update(measures.chosen(along["validation"], along["test"]))
        self.rows["test"]["task_rank"] = measures.task_rank(
            ranked["validation"],
            halves["validation"].labels,
            min(self.copy[1][0].size, len(self.copy[1])),
        )
        self.probe(halves)
        # Columns of controls and of the ladder, once for each permutation that may be the best one
        self.controls = {split: self.control(half, split) for split, half in halves.items()}
        permutations = self.permutations(measures.covariance_scores)
        inputs = self.copy[1][0].size
        self.ladders = {
            split: measures.ladder(halves["train"], half, inputs, permutations)
            for split, half in halves.items()
        }
        for split, half in halves.items():
            self.noise[split] = self.float32_noise(half)
            points = [*along.get(split, {}).values(), *started[split].values()]
            predictions = [point.predictions for point in points]
            predictions += ranked.get(split, {}).values()
            self.ties[split] = self.close(split, half, predictions)

    def half(self, split):
        source = "test" if split == "test" else "train"
        x, _ = self.files.representation(self.comparison.inputs["sender." + source])
        y, labels = self.files.representation(self.comparison.inputs["receiver." + source])
        rows = selected(split, len(y))
        cut = self.comparison.receiver_cut
        return measures.Half(
            self.network, cut, x[rows], y[rows], labels[rows], self.vanilla, self.copy
        )

    def own(self, half, split):
        source = "test" if split == "test" else "train"
        return self.files.predictions(self.comparison.inputs[half + ".predictions"], source)

    def classes(self, split):
        source = "test" if split == "test" else "train"
        _, labels = self.files.representation(self.comparison.inputs["receiver." + source])
        rows = selected(split, len(labels))
        return [self.own(half, split).classes[rows] for half in ("sender", "receiver")]

    def permutations(self, score):
        inputs = self.comparison.inputs
        return self.files.permutations(inputs["sender.train"], inputs["receiver.train"], score)

    def control(self, half, split):
        x, y = half.x, half.y
        row = {}
        if split != "train":
            cuts = self.comparison.sender_cut, self.comparison.receiver_cut
            drawn = measures.random_stitch(self.vanilla, self.comparison.seed, *cuts)
            row = measures.control(half, "random", measures.apply(x, drawn, y.shape[1:]))
        if x.ndim != 4 or x.shape[1:] != y.shape[1:]:
            return [row]
        row.update(measures.control(half, "identity", x))
        return [
            {**row, **measures.control(half, "permutation", x[:, sources])}
            for sources in self.permutations(measures.correlations)
        ]

    def probe(self, halves):
        """Measures the probe that validation examples choose."""
        found = measures.probes(halves["train"], len(self.network.fc.bias))
        if not found:
            return
        seen = [measures.probe_accuracy(each, halves["validation"]) for each in found]
        best = max(range(len(seen)), key=lambda i: (seen[i], i))
        self.rows["validation"]["probe_accuracy"] = seen[best]
        self.rows["test"]["probe_accuracy"] = measures.probe_accuracy(found[best], halves["test"])

    def float32_noise(self, half):
        """Root mean square of a float32 stitch's rounding: a few units in the last place of its terms' sizes."""
        sizes = []
        for family, weight, bias in (self.vanilla, self.copy, *self.starts):
            terms = measures.apply(abs(half.x), (family, abs(weight), abs(bias)), half.y.shape[1:])
            sizes.append(numpy.sqrt((terms**2).mean()))
        return 4 * 2.0**-24 * (max(sizes) + numpy.sqrt((half.y**2).mean()))

    def losses(self):
        """The train losses of all starts, for the objective `task` without patience."""
        if not self.starts:
            return []
        x, _ = self.files.representation(self.comparison.inputs["sender.train"])
        y, labels = self.files.representation(self.comparison.inputs["receiver.train"])
        rows = selected("train", len(y))
        cut = self.comparison.receiver_cut
        result = []
        for arrays in self.starts:
            half = measures.Half(
                self.network, cut, x[rows], y[rows], labels[rows], arrays, arrays
            )
            result.append(half.vanilla.cross_entropy)
        return result

    def close(self, split, half, predictions):
        """The examples whose class float32 may decide otherwise."""
        close = half.own.close | half.vanilla.close | half.copy.close
        for each in predictions:
            close = close | each.close
        rows = selected(split, len(self.own("sender", split).close))
        for network in ("sender", "receiver"):
            close = close | self.own(network, split).close[rows[: len(close)]]
        return close.mean()


COUNTED = re.compile(r".*accuracy|.*_penalty|.*_agrees_with_.*|cost_of_matching.*|works_margin.*")


def limit(column, ours, row, expected, split):
    """The largest difference that float32 explains: see README.md."""
    if COUNTED.fullmatch(column):
        return 1e-12 + 2 * expected.ties[split]
    noise, variance = expected.noise[split], row["variance"]
    if column in ("seed_bias", "r2_bias"):
        error = numpy.sqrt(row["ev"] + 2 * row["seed_noise"])
        allowed = RELATIVE * error**2 + 4 * noise * error + noise**2
        return allowed / (variance if column == "r2_bias" else 1) + RELATIVE
    if column in ("ev", "es", "sv", "seed_noise", "identity_mse", "permutation_mse", "random_mse"):
        return RELATIVE * ours + 2 * noise * numpy.sqrt(ours) + noise**2
    if column in ("r2_vanilla", "r2_copy", "r2_copy_low", "r2_copy_high", "front_r2", "start_r2"):
        mse = (1 - ours) * variance
        return RELATIVE * (1 + abs(ours)) + (2 * noise * numpy.sqrt(mse) + noise**2) / variance
    if column == "ladder_r2":
        # Moments of products in float32
        return RELATIVE * (10 + abs(ours))
    if column == "copy_r2_drop":
        rows = expected.rows
        return sum(
            limit("r2_copy", rows[each]["r2_copy"], rows[each], expected, each)
            for each in ("train", "test")
        )
    if column.startswith(("match_at_equal_loss", "matching_r2_share")):
        return RELATIVE * (1 + abs(ours)) / row["r2_copy"]
    if column == "gap":
        return RELATIVE * row["vanilla_cross_entropy"]
    if column.endswith(("_procrustes", "_later_r2")):
        return RELATIVE * (1 + abs(ours))
    if column == "stitch_distance":
        return RELATIVE * ours + noise / numpy.sqrt(variance or 1)
    return RELATIVE * abs(ours)


class Report:
    """Counts of numbers and the largest difference, by column."""

    def __init__(self):
        self.columns = {}
        self.bad = []

    def add(self, column, place, theirs, ours, allowed):
        entry = self.columns.setdefault(column, [0, 0, 0.0, 0.0])
        entry[0] += 1
        if theirs is None and ours is None:
            entry[1] += 1
            return
        if theirs is None or ours is None:
            self.bad.append("%s: cells.csv has %s, the oracle %s: %s" % (column, theirs, ours, place))
            return
        difference = abs(theirs - ours)
        relative = difference / abs(ours) if ours else numpy.inf
        entry[2] = max(entry[2], relative if difference else 0.0)
        entry[3] = max(entry[3], difference / allowed if difference else 0.0)
        if not difference <= allowed:
            line = "%s: cells.csv has %r, the oracle %r: %s" % (column, theirs, float(ours), place)
            self.bad.append(line)

    def fits(self, theirs, ours, allowed):
        if theirs is None or ours is None:
            return theirs is None and ours is None
        return abs(theirs - ours) <= allowed

    def write(self):
        print("%-28s %7s %7s %10s %10s" % ("column", "numbers", "empty", "relative", "of limit"))
        for column, (count, empty, relative, share) in self.columns.items():
            bad = sum(line.startswith(column + ":") for line in self.bad)
            numbers = column, count, empty, relative, share, "BAD" if bad else "ok"
            print("%-28s %7d %7d %10.1e %10.2g %s" % numbers)
            for line in [line for line in self.bad if line.startswith(column + ":")][:EXAMPLES]:
                print("DIFFERS " + line)


def series(text):
    return {name: float(number) for name, number in (point.split("=") for point in text.split(";"))}


def read(column, text):
    if column.startswith(("front_", "start_", "interpolated_", "ladder_", "task_rank_")) or column.endswith("_later_r2"):
        return series(text) if text else {}
    return float(text) if text else None


def columns_by_metric():
    """The columns of each metric, by the sections of the text."""
    metrics, section = {}, None
    with open(TEXT, encoding="utf-8") as file:
        for line in file:
            if line.startswith("## "):
                section = metrics.setdefault(line[3:].strip(), [])
            elif line.startswith("| `"):
                section.append(line.split("`")[1])
    return metrics


def shared(rows, expected):
    """gap and copy_r2_drop of each row, from our own columns."""
    cells = {}
    for row in rows:
        key = tuple(row[name] for name in PLACE[:5] + ["seed", "objective"])
        cells.setdefault(key, {})[row["copy_solver"]] = expected[row["comparison_digest"]]
    for row in rows:
        solvers = cells[tuple(row[name] for name in PLACE[:5] + ["seed", "objective"])]
        own = solvers[row["copy_solver"]].rows
        losses = [each.rows["train"]["copy_cross_entropy"] for each in solvers.values()]
        each = solvers[row["copy_solver"]]
        control = each.controls["train"][0]
        names = ("identity_cross_entropy", "permutation_cross_entropy")
        losses += [control[name] for name in names if name in control]
        if "starts" in each.comparison.metrics:
            starts = own["train"]["start_cross_entropy"].items()
            losses += [loss for name, loss in starts if name != each.comparison.starts[each.kept]]
        known = min(losses)
        gap = own["train"]["vanilla_cross_entropy"] - known
        train, test = own["train"]["r2_copy"], own["test"]["r2_copy"]
        yield {
            "gap": 0.0 if abs(gap) <= 1e-6 * abs(known) else gap,
            "copy_r2_drop": None if train is None or test is None else train - test,
        }


def compare(report, place, column, theirs, ours, row, expected, split):
    if isinstance(theirs, dict):
        assert isinstance(ours, dict) or not ours, column
        ours = ours or {}
        if list(theirs) != list(ours):
            points = column, list(theirs), list(ours), place
            report.bad.append("%s: cells.csv has points %s, the oracle %s: %s" % points)
        if not theirs:
            report.add(column, place, None, None, 0)
        for name in [name for name in ours if name in theirs]:
            number = ours[name]
            allowed = limit(column, number, row, expected, split)
            report.add(column, place + "; " + name, theirs[name], number, allowed)
        return
    allowed = None if ours is None else limit(column, ours, row, expected, split)
    report.add(column, place, theirs, ours, allowed)


def check(store, cells):
    files = Files(Store(store))
    with open(cells, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = {}
    ambiguous = 0
    for row in rows:
        digest = row["comparison_digest"]
        if digest not in expected:
            comparisons = [Comparison(a) for a, _ in files.store.actions("comparison", digest)]
            cuts = row["sender_cut"], row["receiver_cut"]
            wanted = [c for c in comparisons if (c.sender_cut, c.receiver_cut) == cuts]
            expected[digest] = Expected(files, wanted[0])
    report = Report()
    by_metric = columns_by_metric()
    for row, across in zip(rows, shared(rows, expected)):
        split, numbers = row["split"], expected[row["comparison_digest"]]
        place = " ".join(row[name] for name in PLACE[:-1])
        ours = {**numbers.rows[split], **across}
        theirs = {name: read(name, text) for name, text in row.items() if name not in PLACE}
        controls = numbers.controls[split]
        ambiguous += len(controls) > 1
        best = next(
            (
                each
                for each in controls
                if all(
                    report.fits(theirs[name], number, limit(name, number, ours, numbers, split))
                    for name, number in each.items()
                )
            ),
            controls[0],
        )
        ours.update(best)
        series = theirs.get("ladder_r2") or {}
        ladders = numbers.ladders[split]
        ours.update(
            min(
                ladders,
                key=lambda each: max(
                    (abs(each["ladder_r2"].get(name, 0) - r2) for name, r2 in series.items()),
                    default=0,
                ),
            )
        )
        ambiguous += len(ladders) > 1
        for metric, columns in by_metric.items():
            if metric in METRICS and metric not in numbers.comparison.metrics:
                ours.update(dict.fromkeys(columns))
        for column in theirs:
            compare(report, place, column, theirs[column], ours.get(column), ours, numbers, split)
    report.write()
    errors = {
        digest: files.representation_error(digest)
        for each in expected.values()
        for role, digest in each.comparison.inputs.items()
        if re.fullmatch(r"(sender|receiver)\.(train|test)", role)
    }
    print("%d representations, largest difference %.1e" % (len(errors), max(errors.values())))
    families = {each.vanilla[0] for each in expected.values()}
    print("families: " + ", ".join(sorted(families)))
    counts = len(rows), len(expected), ambiguous
    print("%d rows, %d comparisons; %d rows with several best permutations" % counts)
    if max(errors.values()) > REPRESENTATION:
        report.bad.append("representations")
    return not report.bad


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(0 if check(sys.argv[1], sys.argv[2]) else 1)
