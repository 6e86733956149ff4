/** The commands that execute stages: {@code run}, {@code watch} and {@code report}. */
@NullMarked
package io.stitchflow.cli.execution;

import org.jspecify.annotations.NullMarked;
