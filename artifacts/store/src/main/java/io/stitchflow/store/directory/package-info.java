/** The layout of a store's directory. Internal: only modules under {@code artifacts} use it. */
@NullMarked
package io.stitchflow.store.directory;

import org.jspecify.annotations.NullMarked;
