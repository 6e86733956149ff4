"""How far float32 may take a number from the oracle's: see README.md."""
import re

import numpy

RELATIVE = 1e-5

COUNTED = re.compile(r".*accuracy|.*_penalty|.*_agrees_with_.*|cost_of_matching.*|works_margin.*")


def limit(column, ours, row, expected, split):
    """The largest difference that float32 explains."""
    if column.endswith("_class_accuracy"):
        return expected.slack[split][column]
    if COUNTED.fullmatch(column):
        return 1e-12 + 2 * expected.ties[split]
    if column in expected.slack[split]:
        return expected.slack[split][column]
    if column.endswith(("_js_divergence", "_kl_divergence")):
        rounding = expected.logit_noise[split]
        return RELATIVE * ours + 2 * rounding * numpy.sqrt(ours) + rounding**2
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
    if column.endswith(("_procrustes", "_later_r2", "_fisher_r2")):
        return RELATIVE * (1 + abs(ours))
    if column == "stitch_distance":
        return RELATIVE * ours + noise / numpy.sqrt(variance or 1)
    return RELATIVE * abs(ours)
