/** The content-addressed store and the files in it. */
@NullMarked
package io.stitchflow.artifacts;

import org.jspecify.annotations.NullMarked;
