package io.stitchflow.remote;

import java.net.URI;
import java.util.Locale;

/**
 * Scheme, host and port of a URI, which say to whom a request goes.
 *
 * @param port the scheme's own where the URI names none
 */
record Origin(String scheme, String host, int port) {
  static Origin of(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    int own = scheme.equals("https") ? 443 : 80;
    return new Origin(
        scheme,
        String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT),
        uri.getPort() < 0 ? own : uri.getPort());
  }

  /** For people: the origin of an address, or words where there is none; never a password. */
  static String shown(String address) {
    try {
      URI uri = URI.create(address);
      return uri.getHost() == null ? "another path" : of(uri).toString();
    } catch (IllegalArgumentException e) {
      return "what is not an address";
    }
  }

  @Override
  public String toString() {
    return scheme + "://" + host + ":" + port;
  }
}
