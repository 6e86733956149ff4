/** Questions to a store: why a stage runs, lineage, statistics, export. */
@NullMarked
package io.stitchflow.inspect;

import org.jspecify.annotations.NullMarked;
