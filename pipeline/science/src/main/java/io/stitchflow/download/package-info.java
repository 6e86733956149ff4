/** Files over HTTP, resumed after an interruption. */
@NullMarked
package io.stitchflow.download;

import org.jspecify.annotations.NullMarked;
