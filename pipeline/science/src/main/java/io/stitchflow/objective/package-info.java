/** What vanilla stitches are trained for: targets of batches and losses against them. */
@NullMarked
package io.stitchflow.objective;

import org.jspecify.annotations.NullMarked;
