/** Text for people and scripts: escaping, sizes, durations, JSON. */
@NullMarked
package io.stitchflow.cli.text;

import org.jspecify.annotations.NullMarked;
