package io.stitchflow.report.cells;

import org.jspecify.annotations.Nullable;

/**
 * What the verdict on a cell rests on, over its seeds; null where not measured.
 *
 * @param vanilla test accuracy of the network with the vanilla stitch
 * @param receiver test accuracy of the receiver alone
 * @param examples test examples that both were measured on
 * @param gap the largest of the seeds
 * @param r2Vanilla on test examples
 * @param r2Copy of the best copy known, on test examples
 */
record Evidence(
    @Nullable Double vanilla,
    @Nullable Double receiver,
    long examples,
    @Nullable Double gap,
    @Nullable Double r2Vanilla,
    @Nullable Double r2Copy) {}
