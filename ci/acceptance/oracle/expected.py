"""All numbers of one comparison."""
import numpy

import cells
import front
import maps
import stitches
from artifacts import selected, source

SPLITS = ("train", "validation", "test")


class Expected:
    """Our numbers of one comparison, by split; where float32 limits them, how near they can be.

    rows: numbers by column
    slack: largest differences of columns that depend on an order of examples
    ties: the share of examples whose class float32 may decide otherwise
    noise, logit_noise: rounding of a stitch's output and of logits in float32
    """

    def __init__(self, artifacts, comparison):
        self.artifacts, self.comparison = artifacts, comparison
        self.read_stitches()
        halves = {split: self.half(split) for split in SPLITS}
        along, ranked = {}, {}
        self.rows, self.slack, started = {}, {}, {}
        self.ties, self.noise, self.logit_noise = {}, {}, {}
        for split, half in halves.items():
            row = self.rows[split] = cells.basic(half, self.vanilla[0])
            row.update(cells.agreement(half, *self.classes(split)))
            row.update(cells.two_seeds(half, self.previous))
            self.slack[split] = {}
            if "class_accuracy" in comparison.metrics:
                self.put(split, *cells.class_accuracy(half))
            if "example_similarity" in comparison.metrics:
                self.put(split, *cells.example_similarity(half))
            started[split] = {
                name: front.Point(half, half.apply(arrays))
                for name, arrays in zip(comparison.starts, self.starts)
            }
            row.update(front.by_start(started[split], comparison.starts, self.start_losses))
            if split != "train":
                row.update(cells.fisher(half))
                self.put(split, *cells.out_of_distribution(half, halves["train"].receiver))
                row.update(cells.interpolation(half))
                along[split] = front.points(half, self.front, self.copy)
                row.update(front.along(along[split]))
                ranked[split] = maps.by_rank(half, self.ranks)
                row.update(maps.along_ranks(ranked[split]))
        self.rows["test"].update(front.chosen(along["validation"], along["test"]))
        self.rows["test"]["task_rank"] = maps.task_rank(
            ranked["validation"],
            halves["validation"].labels,
            min(self.copy[1][0].size, len(self.copy[1])),
        )
        self.probe(halves)
        # Columns of controls and of the ladder, once for each permutation that may be the best one
        self.controls = {split: self.control(half, split) for split, half in halves.items()}
        permutations = self.permutations(maps.covariance_scores)
        inputs = self.copy[1][0].size
        self.ladders = {
            split: maps.ladder(halves["train"], half, inputs, permutations)
            for split, half in halves.items()
        }
        for split, half in halves.items():
            self.noise[split] = self.float32_noise(half)
            self.logit_noise[split] = 4 * 2.0**-24 * abs(half.own.logits).max()
            points = [*along.get(split, {}).values(), *started[split].values()]
            predictions = [point.predictions for point in points]
            predictions += ranked.get(split, {}).values()
            self.ties[split] = self.close(split, half, predictions)

    def put(self, split, row, slack):
        self.rows[split].update(row)
        self.slack[split].update(slack)

    def read_stitches(self):
        comparison, stitch = self.comparison, self.artifacts.stitch
        inputs = comparison.inputs

        def named(role, values):
            return {value: stitch(inputs["%s.%d" % (role, i)]) for i, value in enumerate(values)}

        def vanilla(seed):
            """The stitches of all starts, their losses, the place of the kept one, and that one; of one start, the last only."""
            starts = [stitch(inputs["vanilla.%d%s" % (i, seed)]) for i in places]
            losses = self.losses(starts)
            # min keeps the first of equals
            kept = min(places, key=lambda i: losses[i], default=None)
            return starts, losses, kept, starts[kept] if starts else stitch(inputs["vanilla" + seed])

        places = range(len(comparison.starts))
        self.starts, self.start_losses, self.kept, self.vanilla = vanilla("")
        self.copy = stitch(inputs["copy"])
        has_previous = any(role.endswith(".previous") for role in inputs)
        self.previous = vanilla(".previous")[-1] if has_previous else None
        self.front = named("front", comparison.front)
        self.ranks = named("rank", comparison.ranks)

    def receiver(self, split):
        inputs = self.comparison.inputs
        representation = inputs["receiver." + source(split)]
        return self.artifacts.receiver(
            inputs["network"], self.comparison.receiver_cut, representation, split
        )

    def sender(self, split):
        x, _ = self.artifacts.representation(self.comparison.inputs["sender." + source(split)])
        return x[selected(split, len(x))]

    def half(self, split):
        return cells.Half(self.receiver(split), self.sender(split), self.vanilla, self.copy)

    def whole(self, split):
        """What the whole networks of sender and receiver predict; None of a sender without a network."""
        for half in ("sender", "receiver"):
            digest = self.comparison.inputs.get(half + ".predictions")
            yield self.artifacts.predictions(digest, source(split)) if digest else None

    def classes(self, split):
        _, labels = self.artifacts.representation(
            self.comparison.inputs["receiver." + source(split)]
        )
        rows = selected(split, len(labels))
        return [each.classes[rows] if each else None for each in self.whole(split)]

    def permutations(self, score):
        inputs = self.comparison.inputs
        return self.artifacts.permutations(inputs["sender.train"], inputs["receiver.train"], score)

    def control(self, half, split):
        x, y = half.x, half.y
        row = {}
        if split != "train":
            cuts = self.comparison.sender_cut, self.comparison.receiver_cut
            drawn = stitches.random_stitch(self.vanilla, self.comparison.seed, *cuts)
            row = cells.control(half, "random", half.apply(drawn))
        if x.ndim != 4 or x.shape[1:] != y.shape[1:]:
            return [row]
        row.update(cells.control(half, "identity", x))
        return [
            {**row, **cells.control(half, "permutation", x[:, sources])}
            for sources in self.permutations(maps.correlations)
        ]

    def probe(self, halves):
        """Measures the probe that validation examples choose."""
        found = maps.probes(halves["train"])
        if not found:
            return
        seen = [maps.probe_accuracy(each, halves["validation"]) for each in found]
        best = max(range(len(seen)), key=lambda i: (seen[i], i))
        self.rows["validation"]["probe_accuracy"] = seen[best]
        self.rows["test"]["probe_accuracy"] = maps.probe_accuracy(found[best], halves["test"])

    def float32_noise(self, half):
        """Root mean square of a float32 stitch's rounding: a few units in the last place of its terms' sizes."""
        sizes = []
        for family, weight, bias in (self.vanilla, self.copy, *self.starts):
            terms = stitches.apply(abs(half.x), (family, abs(weight), abs(bias)), half.y.shape[1:])
            sizes.append(numpy.sqrt((terms**2).mean()))
        return 4 * 2.0**-24 * (max(sizes) + numpy.sqrt((half.y**2).mean()))

    def losses(self, starts):
        """The train losses of the stitches of all starts, for the objective `task` without patience."""
        if not starts:
            return []
        x, receiver = self.sender("train"), self.receiver("train")
        outputs = [stitches.apply(x, arrays, receiver.y.shape[1:]) for arrays in starts]
        return [receiver.predict(z)[0].cross_entropy for z in outputs]

    def close(self, split, half, predictions):
        """The share of examples whose class float32 may decide otherwise."""
        close = half.own.close | half.vanilla.close | half.copy.close
        for each in predictions:
            close = close | each.close
        for each in filter(None, self.whole(split)):
            close = close | each.close[selected(split, len(each.close))][: len(close)]
        return close.mean()
