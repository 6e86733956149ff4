/** Runs on Flink, through Beam's classic Flink runner. */
@NullMarked
package io.stitchflow.flink;

import org.jspecify.annotations.NullMarked;
