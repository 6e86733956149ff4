@NullMarked
package io.stitchflow.benchmarks;

import org.jspecify.annotations.NullMarked;
