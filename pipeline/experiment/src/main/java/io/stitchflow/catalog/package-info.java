/** What is in a store, as people ask for it: in words, by origin, by difference. */
@NullMarked
package io.stitchflow.catalog;

import org.jspecify.annotations.NullMarked;
