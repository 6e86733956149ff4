@NullMarked
package io.stitchflow.representation;

import org.jspecify.annotations.NullMarked;
