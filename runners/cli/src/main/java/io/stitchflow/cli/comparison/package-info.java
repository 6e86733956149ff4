/** The command {@code compare}: differences between the cells of two reports. */
@NullMarked
package io.stitchflow.cli.comparison;

import org.jspecify.annotations.NullMarked;
