/** The content-addressed store: blobs under their SHA-256, and results under action keys. */
@NullMarked
package io.stitchflow.store;

import org.jspecify.annotations.NullMarked;
