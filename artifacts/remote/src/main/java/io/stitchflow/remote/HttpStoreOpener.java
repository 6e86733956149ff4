package io.stitchflow.remote;

import io.stitchflow.artifacts.RemoteStore;
import io.stitchflow.artifacts.RemoteStoreOpener;
import io.stitchflow.artifacts.RemoteUri;
import io.stitchflow.artifacts.StoreException;
import java.util.Set;

/** {@code http://host:port/path}: a build system's cache. */
public final class HttpStoreOpener implements RemoteStoreOpener {
  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public RemoteStore open(RemoteUri uri) throws StoreException {
    uri.allow();
    return new HttpStore(uri.address());
  }
}
