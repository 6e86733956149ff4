package io.stitchflow.remote;

import io.stitchflow.content.StoreException;
import java.net.URI;
import java.util.Set;

/** Checks the address of a server before anything is sent there. */
final class ServerUri {
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final int LAST_PORT = 65_535;

  private ServerUri() {}

  /**
   * The URI that {@code text} is.
   *
   * @param where the store or its parameter, for the message
   * @throws StoreException if it is not http://HOST:PORT/PATH
   */
  static URI check(String where, String text) throws StoreException {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          where + ": is not a URI; write http://HOST:PORT/PATH or https://HOST:PORT/PATH", e);
    }
    String scheme = String.valueOf(uri.getScheme());
    boolean known = SCHEMES.stream().anyMatch(scheme::equalsIgnoreCase);
    if (!known || uri.getHost() == null || uri.getRawUserInfo() != null) {
      throw new StoreException(where + ": must be http://HOST:PORT/PATH or https://HOST:PORT/PATH");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new StoreException(where + ": must not have '?' or '#'; remove what follows the path");
    }
    if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
      throw new StoreException(
          where + ": port must be from 1 to " + LAST_PORT + ", but was " + uri.getPort());
    }
    return uri;
  }
}
