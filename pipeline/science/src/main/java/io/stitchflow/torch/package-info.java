/**
 * The few calls that Stitchflow makes into libtorch, through DJL's engine and below its training
 * API. No other package touches {@code ai.djl.pytorch}.
 */
@NullMarked
package io.stitchflow.torch;

import org.jspecify.annotations.NullMarked;
