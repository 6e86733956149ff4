/** The kinds of stages: one definition each, and the registry of all of them. */
@NullMarked
package io.stitchflow.stage;

import org.jspecify.annotations.NullMarked;
