/** Execution of planned stages, and the events of a run. */
@NullMarked
package io.stitchflow.run;

import org.jspecify.annotations.NullMarked;
