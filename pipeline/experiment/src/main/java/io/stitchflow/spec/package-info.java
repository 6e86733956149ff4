/** Experiment files: parsing, defaults and validation. */
@NullMarked
package io.stitchflow.spec;

import org.jspecify.annotations.NullMarked;
