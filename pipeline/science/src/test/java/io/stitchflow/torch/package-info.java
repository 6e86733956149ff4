@NullMarked
package io.stitchflow.torch;

import org.jspecify.annotations.NullMarked;
