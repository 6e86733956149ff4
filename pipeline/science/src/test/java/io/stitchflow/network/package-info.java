@NullMarked
package io.stitchflow.network;

import org.jspecify.annotations.NullMarked;
