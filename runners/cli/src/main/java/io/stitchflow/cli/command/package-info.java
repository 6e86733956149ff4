/** The commands. */
@NullMarked
package io.stitchflow.cli.command;

import org.jspecify.annotations.NullMarked;
