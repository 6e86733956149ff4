/** Sums over representations and measures computed from them; without knowledge of cells. */
@NullMarked
package io.stitchflow.statistics;

import org.jspecify.annotations.NullMarked;
