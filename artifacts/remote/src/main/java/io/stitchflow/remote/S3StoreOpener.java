package io.stitchflow.remote;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStoreOpener;
import io.stitchflow.store.remote.RemoteUri;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code s3://bucket/prefix?endpoint=http://host:port&region=name}. */
public final class S3StoreOpener implements RemoteStoreOpener {
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9._-]{1,255}");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,63}");

  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public RemoteStore open(RemoteUri uri) throws StoreException {
    uri.allow("endpoint", "region");
    if (!BUCKET.matcher(uri.authority()).matches()) {
      throw new StoreException(
          uri.address()
              + ": a bucket's name has letters, digits, '.', '-' and '_' only; name a server with"
              + " ?endpoint=http://HOST:PORT");
    }
    String region = uri.parameters().get("region");
    if (region != null && !REGION.matcher(region).matches()) {
      throw new StoreException(
          uri.address()
              + ": '"
              + region
              + "' is not a region; write one such as ?region=us-east-1");
    }
    String endpoint = uri.parameters().get("endpoint");
    if (endpoint != null) {
      ServerUri.check(uri.address() + ": endpoint '" + endpoint + "'", endpoint);
    }
    return S3Store.at(uri);
  }
}
