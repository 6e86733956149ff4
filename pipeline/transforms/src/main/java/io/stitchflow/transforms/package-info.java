/** The stages as Beam transforms. */
@NullMarked
package io.stitchflow.transforms;

import org.jspecify.annotations.NullMarked;
