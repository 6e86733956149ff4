package io.stitchflow.store.remote;

import io.stitchflow.content.StoreException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** Opens remote stores of some schemes; found by {@link ServiceLoader}. */
public interface RemoteStoreOpener {
  /** As a URI has them: {@code s3}, {@code http}. */
  Set<String> schemes();

  /**
   * Asks nobody yet.
   *
   * @throws StoreException if the URI lacks something or says something that is not known
   */
  RemoteStore open(RemoteUri uri) throws StoreException;

  /** All openers on the class path. */
  static List<RemoteStoreOpener> all() {
    // Not the thread's loader: on a cluster the job's classes are found by that of this class
    return ServiceLoader.load(RemoteStoreOpener.class, RemoteStoreOpener.class.getClassLoader())
        .stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}
