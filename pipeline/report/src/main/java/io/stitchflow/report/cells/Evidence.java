package io.stitchflow.report.cells;

import org.jspecify.annotations.Nullable;

/**
 * What the verdict on a cell rests on, over its seeds; null where not measured.
 *
 * @param vanilla test accuracy of the network with the vanilla stitch
 * @param receiver test accuracy of the receiver alone
 * @param examples test examples that both were measured on
 * @param gap the largest of the seeds
 * @param r2Copy of the best copy known, on test examples
 * @param matched share of the copy's R² that a stitch as good as the vanilla one reaches, on test
 *     examples: the best of the front where that was measured, else the vanilla stitch itself
 */
record Evidence(
    @Nullable Double vanilla,
    @Nullable Double receiver,
    long examples,
    @Nullable Double gap,
    @Nullable Double r2Copy,
    @Nullable Double matched) {}
