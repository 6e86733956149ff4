/** Benchmarks of clusters, real and simulated. */
@NullMarked
package io.stitchflow.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
