@NullMarked
package io.stitchflow.dataset;

import org.jspecify.annotations.NullMarked;
