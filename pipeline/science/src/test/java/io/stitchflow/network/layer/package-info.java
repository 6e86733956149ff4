@NullMarked
package io.stitchflow.network.layer;

import org.jspecify.annotations.NullMarked;
