package io.stitchflow.artifacts;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The URI of a remote store, {@code scheme://authority/path?name=value&...}, without credentials.
 *
 * @param path without slashes at its ends; may be empty
 * @param parameters the query's, decoded, without {@code local}, which is of this machine
 * @param local where this machine keeps the first level; empty where the URI does not say
 */
public record RemoteUri(
    String scheme, String authority, String path, Map<String, String> parameters, String local) {
  private static final Pattern REMOTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
  private static final Pattern CREDENTIALS = Pattern.compile("(^|.*://)[^/?#]*@.*");
  private static final String LOCAL = "local";

  public RemoteUri {
    parameters = Map.copyOf(parameters);
  }

  /** Whether the text names a remote store rather than a directory. */
  static boolean isRemote(String place) {
    return REMOTE.matcher(place).matches();
  }

  /**
   * The URI that users write.
   *
   * @throws StoreException if the text is no such URI, or holds a user or password, which it then
   *     does not repeat
   */
  public static RemoteUri parse(String text) throws StoreException {
    if (CREDENTIALS.matcher(text).matches() || CREDENTIALS.matcher(decoded(text)).matches()) {
      throw new StoreException(
          text.substring(0, text.indexOf("://"))
              + "://…: a store's URI must not hold a user or password, since it is logged and"
              + " kept; leave out all up to the '@' and give credentials by the environment or"
              + " ~/.aws");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new StoreException(text + ": is no URI: " + e.getReason(), e);
    }
    String authority = uri.getRawAuthority();
    if (authority == null || uri.getRawFragment() != null) {
      throw new StoreException(
          text + ": a remote store is scheme://host-or-bucket/path?name=value, without '#'");
    }
    Map<String, String> parameters = parameters(uri.getRawQuery());
    String local = parameters.getOrDefault(LOCAL, "");
    parameters.remove(LOCAL);
    String path = uri.getPath() == null ? "" : uri.getPath();
    return new RemoteUri(
        uri.getScheme().toLowerCase(Locale.ROOT),
        authority,
        path.replaceAll("^/+|/+$", ""),
        parameters,
        local);
  }

  /** With what is no percent code left as it is. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"), StandardCharsets.UTF_8);
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query == null) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int end = pair.indexOf('=');
      String name = end < 0 ? pair : pair.substring(0, end);
      String value = end < 0 ? "" : pair.substring(end + 1);
      if (!name.isEmpty()) {
        parameters.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  /**
   * Refuses parameters that the store does not know.
   *
   * @throws StoreException naming those that it does
   */
  public void allow(String... names) throws StoreException {
    for (String name : new TreeMap<>(parameters).keySet()) {
      if (!List.of(names).contains(name)) {
        throw new StoreException(
            address()
                + ": has no parameter '"
                + name
                + "'; choose from "
                + Stream.concat(Stream.of(names), Stream.of(LOCAL))
                    .collect(Collectors.joining(", ")));
      }
    }
  }

  /** Scheme, authority and path, for people. */
  public String address() {
    return scheme + "://" + authority + (path.isEmpty() ? "" : "/" + path);
  }

  /** The same for all spellings of one store, wherever its first level is. */
  String canonical() {
    String query =
        new TreeMap<>(parameters)
            .entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    return address() + (query.isEmpty() ? "" : "?" + query);
  }
}
