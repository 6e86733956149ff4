/** Progress and the summary of a run. */
@NullMarked
package io.stitchflow.cli.progress;

import org.jspecify.annotations.NullMarked;
