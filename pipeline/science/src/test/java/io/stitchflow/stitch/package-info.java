@NullMarked
package io.stitchflow.stitch;

import org.jspecify.annotations.NullMarked;
