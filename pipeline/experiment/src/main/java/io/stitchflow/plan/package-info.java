/** From a valid experiment to its stages, and which of them the store already has. */
@NullMarked
package io.stitchflow.plan;

import org.jspecify.annotations.NullMarked;
