package io.stitchflow.store;

import io.stitchflow.content.CacheHome;
import io.stitchflow.content.Digest;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StorePlace;
import io.stitchflow.store.remote.RemoteStoreOpener;
import io.stitchflow.store.remote.RemoteUri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Opens stores by what users write: a directory, or the URI of a remote store. */
public final class Stores {
  /** Names a directory in which remote stores have their first levels on this machine. */
  public static final String LOCAL_VARIABLE = "STITCHFLOW_REMOTES";

  private Stores() {}

  /**
   * A store at {@code place}: a directory, or {@code s3://...} or {@code http://...}, whose first
   * level is a directory of this machine: {@code local=DIR} in the query, else one under {@code
   * $STITCHFLOW_REMOTES}, else one under {@code remotes} in {@link #defaultDirectory}.
   *
   * @throws StoreException if nothing can be opened there
   */
  public static Store open(String place, Map<String, String> environment) throws IOException {
    if (!RemoteUri.isRemote(place)) {
      return Store.open(StorePlace.directory(place));
    }
    RemoteUri uri = RemoteUri.parse(place);
    RemoteStoreOpener opener = opener(uri);
    return Store.open(local(uri, environment), opener.open(uri), place);
  }

  /**
   * {@code stitchflow} in {@link CacheHome}.
   *
   * @throws NoCacheHomeException if the environment names none
   */
  public static Path defaultDirectory(Map<String, String> environment) throws NoCacheHomeException {
    return CacheHome.of(environment).resolve("stitchflow");
  }

  /** Where downloaded data sets are kept: {@code datasets} in {@link #defaultDirectory}. */
  public static Path datasets(Map<String, String> environment) throws NoCacheHomeException {
    return defaultDirectory(environment).resolve(StoreDirectory.DATASETS);
  }

  private static Path local(RemoteUri uri, Map<String, String> environment)
      throws NoCacheHomeException {
    if (!uri.local().isEmpty()) {
      return Path.of(uri.local()).toAbsolutePath().normalize();
    }
    String remotes = environment.getOrDefault(LOCAL_VARIABLE, "");
    Path parent =
        remotes.isEmpty()
            ? defaultDirectory(environment).resolve(StoreDirectory.REMOTES)
            : Path.of(remotes).toAbsolutePath().normalize();
    return parent.resolve(Digest.of(uri.canonical().getBytes(StandardCharsets.UTF_8)).hex());
  }

  private static RemoteStoreOpener opener(RemoteUri uri) throws StoreException {
    List<RemoteStoreOpener> openers = RemoteStoreOpener.all();
    for (RemoteStoreOpener opener : openers) {
      if (opener.schemes().contains(uri.scheme())) {
        return opener;
      }
    }
    throw new StoreException(
        uri.address()
            + ": unsupported scheme '"
            + uri.scheme()
            + "://'; choose a directory"
            + openers.stream()
                .flatMap(opener -> opener.schemes().stream())
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(scheme -> ", " + scheme + "://...")
                .collect(Collectors.joining()));
  }
}
