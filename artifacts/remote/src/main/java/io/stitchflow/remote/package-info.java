/** Stores behind the local one: S3, and HTTP caches of build systems. */
@NullMarked
package io.stitchflow.remote;

import org.jspecify.annotations.NullMarked;
