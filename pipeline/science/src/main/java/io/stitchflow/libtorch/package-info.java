/** Which libtorch DJL is going to load, found without loading it. */
@NullMarked
package io.stitchflow.libtorch;

import org.jspecify.annotations.NullMarked;
