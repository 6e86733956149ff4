/** Whole experiments, end to end. */
@NullMarked
package io.stitchflow.acceptance;

import org.jspecify.annotations.NullMarked;
