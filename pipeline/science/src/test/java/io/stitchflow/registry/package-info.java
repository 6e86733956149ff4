@NullMarked
package io.stitchflow.registry;

import org.jspecify.annotations.NullMarked;
