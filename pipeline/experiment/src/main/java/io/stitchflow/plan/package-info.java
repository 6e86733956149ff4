/** From an experiment to the stages it takes and their results. */
@NullMarked
package io.stitchflow.plan;

import org.jspecify.annotations.NullMarked;
