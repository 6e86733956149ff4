/** What a reader sees of an experiment's results. */
@NullMarked
package io.stitchflow.report;

import org.jspecify.annotations.NullMarked;
