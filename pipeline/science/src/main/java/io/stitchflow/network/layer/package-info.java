/** The layers that networks are described by: their sizes, arrays and forward pass. */
@NullMarked
package io.stitchflow.network.layer;

import org.jspecify.annotations.NullMarked;
