package io.stitchflow.store.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.StoreException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
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
  private static final Pattern REMOTE = Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*://.*");
  private static final Pattern CREDENTIALS = Pattern.compile("(?s)(^|.*://)[^/?#]*@.*");
  private static final char UNDECODABLE = '\uFFFD';
  private static final String LOCAL = "local";

  public RemoteUri {
    parameters = Map.copyOf(parameters);
  }

  /** Whether the text names a remote store rather than a directory. */
  public static boolean isRemote(String place) {
    return REMOTE.matcher(place).matches();
  }

  /**
   * The URI that users write.
   *
   * @throws StoreException if the text is not such a URI, or holds a user or password, which it
   *     then does not repeat
   */
  public static RemoteUri parse(String text) throws StoreException {
    if (CREDENTIALS.matcher(text).matches() || CREDENTIALS.matcher(decoded(text)).matches()) {
      throw new StoreException(
          text.substring(0, text.indexOf("://"))
              + "://…: a store's URI must not hold a user or password, since it is logged and"
              + " kept; leave out all up to the '@' and give credentials by the environment or"
              + " ~/.aws");
    }
    String whole = decoded(text);
    if (whole.chars().anyMatch(Character::isISOControl) || whole.indexOf(UNDECODABLE) >= 0) {
      throw new StoreException(
          shown(text) + ": a store's URI must be text, without control characters and in UTF-8");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new StoreException(shown(text) + ": is not a URI: " + e.getReason(), e);
    }
    String authority = uri.getRawAuthority();
    if (authority == null || uri.getRawFragment() != null) {
      throw new StoreException(
          shown(text) + ": a remote store is scheme://host-or-bucket/path?name=value, without '#'");
    }
    Map<String, String> parameters = parameters(shown(text), uri.getRawQuery());
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

  /** The text, or only its scheme where it may hold a password somewhere. */
  private static String shown(String text) {
    return decoded(text).contains("@") ? text.substring(0, text.indexOf("://")) + "://…" : text;
  }

  /** With what is not a percent code left as it is. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"), UTF_8);
  }

  private static Map<String, String> parameters(String shown, @Nullable String query)
      throws StoreException {
    Map<String, String> parameters = new TreeMap<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int end = pair.indexOf('=');
      String name = URLDecoder.decode(end < 0 ? pair : pair.substring(0, end), UTF_8);
      String value = end < 0 ? "" : URLDecoder.decode(pair.substring(end + 1), UTF_8);
      if (name.isEmpty() || value.isEmpty()) {
        throw new StoreException(
            shown + ": parameters are name=value, joined by '&', but one is '" + name + "='");
      }
      if (parameters.put(name, value) != null) {
        throw new StoreException(shown + ": names the parameter '" + name + "' more than once");
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
  public String canonical() {
    String query =
        new TreeMap<>(parameters)
            .entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    return address() + (query.isEmpty() ? "" : "?" + query);
  }
}
