package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.store.Store;
import io.stitchflow.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results are. */
public final class StoreOption {
  private static final String NAME = "--store";

  @Option(
      names = NAME,
      paramLabel = "PLACE",
      description = {
        "The store of results. Default: $$XDG_CACHE_HOME/stitchflow, or $$HOME/.cache/stitchflow.",
        "A directory, s3://BUCKET/PREFIX?endpoint=http://HOST:PORT&region=NAME, or http://HOST:PORT/PATH of an HTTP build cache."
      })
  private @Nullable String store;

  public Store open(Map<String, String> environment) throws IOException, InputException {
    if (store != null && store.isBlank()) {
      throw new InputException("--store: needs a directory or a URI, but was '" + store + "'");
    }
    return Stores.open(
        store == null ? Stores.defaultDirectory(environment).toString() : store, environment);
  }

  /** Like {@link #open}, or null for a remote store, of which nothing is asked. */
  @Nullable Store openDirectory(Map<String, String> environment)
      throws IOException, InputException {
    return store != null && store.contains("://") ? null : open(environment);
  }

  /** Where {@code --store} of a command leads, for messages; asks nothing of that place. */
  public static String place(Map<String, String> environment, String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(NAME + "=")) {
        return args[i].substring(NAME.length() + 1);
      }
      if (args[i].equals(NAME) && i + 1 < args.length) {
        return args[i + 1];
      }
    }
    try {
      return Stores.defaultDirectory(environment).toString();
    } catch (NoCacheHomeException e) {
      return "the store";
    }
  }

  /**
   * The directory of a store on this machine.
   *
   * @throws InputException if the store is behind a URI
   */
  public Path directory(Map<String, String> environment) throws IOException, InputException {
    if (store != null && store.contains("://")) {
      throw new InputException(
          "--store: only a directory of this machine can be set up, but was: " + store);
    }
    Path path = store == null ? Stores.defaultDirectory(environment) : Path.of(store);
    return path.toAbsolutePath().normalize();
  }

  /**
   * What {@code --store} takes, as a shell takes it: a URI may have {@code ?} and {@code &} in it.
   */
  public static String quoted(Store store) {
    String location = store.location();
    return location.matches("[A-Za-z0-9/:._-]+") ? location : "'" + location + "'";
  }

  /** Says what went wrong with the remote store so far. */
  public static void warn(Store store, Terminal terminal) {
    store.warnings().forEach(warning -> terminal.err().println("stitchflow: warning: " + warning));
  }
}
