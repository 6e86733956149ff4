/** Measured cells, statistics over them and verdicts. */
@NullMarked
package io.stitchflow.report.cells;

import org.jspecify.annotations.NullMarked;
