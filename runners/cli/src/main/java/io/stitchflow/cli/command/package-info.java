/** The commands on experiments and stores that execute no stages. */
@NullMarked
package io.stitchflow.cli.command;

import org.jspecify.annotations.NullMarked;
