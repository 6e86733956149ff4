/** Implementations that are chosen by name. */
@NullMarked
package io.stitchflow.registry;

import org.jspecify.annotations.NullMarked;
