/** Options and arguments that several commands share. */
@NullMarked
package io.stitchflow.cli.input;

import org.jspecify.annotations.NullMarked;
