@NullMarked
package io.stitchflow.statistics;

import org.jspecify.annotations.NullMarked;
