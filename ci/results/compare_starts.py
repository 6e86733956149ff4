"""Compares two runs cell by cell: compare_starts.py RANDOM/cells.csv COPY/cells.csv; prints the numbers of ci/results/README.md."""

import csv
import statistics
import sys


def load(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    key = lambda row: (row["sender"], row["sender_cut"], row["receiver"], row["receiver_cut"])
    return {split: {key(row): row for row in rows if row["split"] == split} for split in ("train", "test")}


def numbers(cells, column):
    return [float(row[column]) for row in cells.values() if row[column]]


def describe(name, run):
    test, train = run["test"], run["train"]
    r2 = numbers(test, "r2_vanilla")
    print(
        f"{name}: {len(test)} cells, mean accuracy {statistics.mean(numbers(test, 'vanilla_accuracy')):.3f},"
        f" median R2 {statistics.median(r2):.3f}, R2 > 0 in {sum(x > 0 for x in r2)},"
        f" train loss above the copy's in {sum(float(row['vanilla_cross_entropy']) > float(row['copy_cross_entropy']) for row in train.values())},"
        f" not converged {sum(float(row['gap'] or 0) > 0 for row in train.values())}"
    )


random_start, copy_start = load(sys.argv[1]), load(sys.argv[2])
describe("random start", random_start)
describe("copy start", copy_start)
print(f"copy itself: mean accuracy {statistics.mean(numbers(random_start['test'], 'copy_accuracy')):.3f}, median R2 {statistics.median(numbers(random_start['test'], 'r2_copy')):.3f}")
print(f"receiver: mean accuracy {statistics.mean(numbers(random_start['test'], 'receiver_accuracy')):.3f}")
for split in ("train", "test"):
    pairs = [(random_start[split][key], copy_start[split][key]) for key in random_start[split]]
    lower = sum(float(copy["vanilla_cross_entropy"]) <= float(first["vanilla_cross_entropy"]) for first, copy in pairs)
    print(f"{split} loss from the copy at most that from a random start: {lower} of {len(pairs)} cells")
for cell in [("r1111", sender, "r1111", "layer3.0") for sender in ("layer2.0", "layer3.0", "layer4.0")]:
    shown = [f"{float(run['test'][cell]['vanilla_accuracy']):.3f} at R2 {float(run['test'][cell]['r2_vanilla']):.3f}" for run in (random_start, copy_start)]
    print(f"r1111/{cell[1]} -> r1111/{cell[3]}: random {shown[0]}, copy {shown[1]}")
