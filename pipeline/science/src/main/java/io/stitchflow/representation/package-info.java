/** What networks make of a data set at their cuts, as files. */
@NullMarked
package io.stitchflow.representation;

import org.jspecify.annotations.NullMarked;
