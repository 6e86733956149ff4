/** What stitches of one cell do, in numbers. */
@NullMarked
package io.stitchflow.comparison;

import org.jspecify.annotations.NullMarked;
