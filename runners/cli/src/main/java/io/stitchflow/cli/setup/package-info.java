/** Commands that set Stitchflow up: experiment files, checks of this machine, completion. */
@NullMarked
package io.stitchflow.cli.setup;

import org.jspecify.annotations.NullMarked;
