@NullMarked
package io.stitchflow.libtorch;

import org.jspecify.annotations.NullMarked;
