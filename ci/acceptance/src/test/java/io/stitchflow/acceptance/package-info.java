/** Tests that run the whole thing, and tests by other programs. */
@NullMarked
package io.stitchflow.acceptance;

import org.jspecify.annotations.NullMarked;
