/** Tests of the command line. */
@NullMarked
package io.stitchflow.cli;

import org.jspecify.annotations.NullMarked;
