/**
 * A remote store behind the local directory. Internal, except {@link
 * io.stitchflow.store.remote.RemoteStore} and its opener.
 */
@NullMarked
package io.stitchflow.store.remote;

import org.jspecify.annotations.NullMarked;
