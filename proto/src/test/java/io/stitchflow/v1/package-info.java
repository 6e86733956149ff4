/** Tests of what users write. */
@NullMarked
package io.stitchflow.v1;

import org.jspecify.annotations.NullMarked;
