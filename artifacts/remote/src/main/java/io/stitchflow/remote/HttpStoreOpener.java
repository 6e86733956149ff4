package io.stitchflow.remote;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStoreOpener;
import io.stitchflow.store.remote.RemoteUri;
import java.net.URI;
import java.net.URISyntaxException;
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
    ServerUri.check(uri.address(), uri.scheme() + "://" + uri.authority());
    return new HttpStore(encoded(uri));
  }

  /** The address with its path as HTTP sends it. */
  private static String encoded(RemoteUri uri) throws StoreException {
    String path = uri.path().isEmpty() ? "" : "/" + uri.path();
    try {
      return new URI(uri.scheme(), uri.authority(), path, null, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new StoreException(uri.address() + ": is not a URI: " + e.getReason(), e);
    }
  }
}
