@NullMarked
package io.stitchflow.comparison;

import org.jspecify.annotations.NullMarked;
