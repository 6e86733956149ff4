@NullMarked
package io.stitchflow.network.program;

import org.jspecify.annotations.NullMarked;
