/** A disk in memory that fails, dies and forgets where a test wants it to. */
@NullMarked
package io.stitchflow.faults;

import org.jspecify.annotations.NullMarked;
