@NullMarked
package io.stitchflow.remote;

import org.jspecify.annotations.NullMarked;
