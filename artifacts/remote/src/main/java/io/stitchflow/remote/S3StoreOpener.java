package io.stitchflow.remote;

import io.stitchflow.artifacts.RemoteStore;
import io.stitchflow.artifacts.RemoteStoreOpener;
import io.stitchflow.artifacts.RemoteUri;
import io.stitchflow.artifacts.StoreException;
import java.util.Set;

/** {@code s3://bucket/prefix?endpoint=http://host:port&region=name}. */
public final class S3StoreOpener implements RemoteStoreOpener {
  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public RemoteStore open(RemoteUri uri) throws StoreException {
    uri.allow("endpoint", "region");
    return S3Store.at(uri);
  }
}
