/** Labelled examples, from files or generated. */
@NullMarked
package io.stitchflow.dataset;

import org.jspecify.annotations.NullMarked;
