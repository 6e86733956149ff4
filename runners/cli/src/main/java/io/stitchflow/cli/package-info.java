/** The command line: its entry point, and exit codes of failures. */
@NullMarked
package io.stitchflow.cli;

import org.jspecify.annotations.NullMarked;
