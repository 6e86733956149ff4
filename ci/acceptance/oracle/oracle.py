"""Recomputes all numbers of a run's cells.csv from its artifacts, by the definitions of pipeline/docs/metrics.md.

oracle.py STORE CELLS_CSV [FILE...]   prints a line per column and each number that differs; exit status 1 if one does

FILE: each file that the experiment's `representations` name.

Needs a store with all blobs of the run, ResNets or networks of described layers, and maps of at most 16 channels. Uses numpy and
PyTorch's layers; float64 throughout.
"""
import csv
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "torch"))

import numpy

import representations
from artifacts import Artifacts
from expected import Expected
from limits import limit
from store_files import Comparison, Store

TEXT = os.path.join(HERE, *[os.pardir] * 3, "pipeline", "docs", "metrics.md")

PLACE = ["condition", "sender", "sender_cut", "receiver", "receiver_cut", "copy_solver", "split"]
PLACE += ["seed", "objective", "comparison_digest"]

# Largest difference of a representation, over its largest number
REPRESENTATION = 1e-4

# Printed of a column that differs
EXAMPLES = 3

# Those that the oracle knows
METRICS = ["accuracy", "mse", "front", "starts", "agreement", "cosine", "cka", "procrustes", "mahalanobis"]
METRICS += ["class_accuracy", "example_similarity", "distance", "drift", "divergence", "fisher", "ood", "interpolation"]
METRICS += ["ladder", "task_ranks", "probe", "controls"]


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
    if column.startswith(("front_", "start_", "interpolated_", "ladder_", "task_rank_")) or column.endswith(("_later_r2", "_class_accuracy")):
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


def check(store, cells, imports):
    artifacts = Artifacts(Store(store), imports)
    with open(cells, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = {}
    ambiguous = 0
    for row in rows:
        digest = row["comparison_digest"]
        if digest not in expected:
            comparisons = [Comparison(a) for a, _ in artifacts.store.actions("comparison", digest)]
            cuts = row["sender_cut"], row["receiver_cut"]
            wanted = [c for c in comparisons if (c.sender_cut, c.receiver_cut) == cuts]
            expected[digest] = Expected(artifacts, wanted[0])
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
    inputs = {
        digest
        for each in expected.values()
        for role, digest in each.comparison.inputs.items()
        if re.fullmatch(r"(sender|receiver)\.(train|test)", role)
    }
    worst = max(representations.error(artifacts, digest) for digest in inputs)
    print("%d representations, largest difference %.1e" % (len(inputs), worst))
    families = {each.vanilla[0] for each in expected.values()}
    print("families: " + ", ".join(sorted(families)))
    counts = len(rows), len(expected), ambiguous
    print("%d rows, %d comparisons; %d rows with several best permutations" % counts)
    if worst > REPRESENTATION:
        report.bad.append("representations")
    return not report.bad


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(0 if check(*sys.argv[1:3], sys.argv[3:]) else 1)
