package io.stitchflow.cli.setup;

import io.stitchflow.cli.command.NativeCache;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.RunnerOptions;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.content.IoReason;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checks of the places that runs write to, and of a cluster. */
final class PlaceChecks {
  private static final long LEAST_STORE_BYTES = 1L << 30;
  private static final long USUAL_STORE_BYTES = 10L << 30;

  /** What libtorch takes when it is unpacked. */
  private static final long LIBTORCH_BYTES = 450_000_000L;

  private static final int TIMEOUT_MILLIS = 5000;
  private static final String CACHE = "native cache";

  private PlaceChecks() {}

  /** The directory where libtorch is unpacked. */
  static Check nativeCache(Map<String, String> environment) throws IOException {
    Path cache = NativeCache.of(environment);
    Path there = existing(cache);
    String remedy = "; set DJL_CACHE_DIR to another directory";
    if (!Files.isDirectory(there)) {
      return Check.problem(CACHE, there + ": is not a directory" + remedy);
    }
    if (!Files.isWritable(there)) {
      return Check.problem(CACHE, there + ": cannot be written" + remedy);
    }
    if (isUnpacked(cache)) {
      return Check.ok(CACHE, cache + ": has libtorch");
    }
    long usable = Files.getFileStore(there).getUsableSpace();
    String found = cache + ": libtorch is unpacked there once, " + Sizes.words(usable) + " free";
    return usable < LIBTORCH_BYTES
        ? Check.problem(CACHE, found + ", but it takes " + Sizes.words(LIBTORCH_BYTES) + remedy)
        : Check.ok(CACHE, found);
  }

  private static boolean isUnpacked(Path cache) throws IOException {
    Path libraries = cache.resolve("pytorch");
    if (!Files.isDirectory(libraries)) {
      return false;
    }
    try (Stream<Path> versions = Files.list(libraries)) {
      return versions.anyMatch(Files::isDirectory);
    }
  }

  /** The path or the nearest directory above it that exists. */
  private static Path existing(Path path) {
    Path there = path.toAbsolutePath().normalize();
    for (Path up = there; up != null && !Files.exists(there); up = up.getParent()) {
      there = up;
    }
    return there;
  }

  /** Of the store: whether it is there and can be written, its disk, its remote store. */
  static List<Check> store(StoreOption option, Map<String, String> environment)
      throws IOException, InputException {
    Store store = option.open(environment);
    List<Check> checks = new ArrayList<>();
    checks.add(Check.of("store", () -> directory(store)));
    checks.add(Check.of("disk", () -> disk(store.root(), store.usableBytes())));
    store.warnings().forEach(warning -> checks.add(Check.note("remote store", warning)));
    return checks;
  }

  private static Check directory(Store store) throws IOException {
    Path root = store.root();
    if (Files.exists(root.resolve("FORMAT"))) {
      store.checkWritable();
      return Check.ok("store", root + ": exists and can be written");
    }
    Path there = existing(root);
    return Files.isWritable(there)
        ? Check.ok("store", root + ": does not exist; the first run creates it")
        : Check.problem(
            "store",
            root
                + ": cannot be created, because "
                + there
                + " cannot be written; name another place with --store");
  }

  static Check disk(Path root, long usableBytes) {
    String found = Sizes.words(usableBytes) + " free for " + root;
    String remedy = "; delete results with 'stitchflow gc', or name a larger disk with --store";
    if (usableBytes < LEAST_STORE_BYTES) {
      return Check.problem("disk", found + remedy);
    }
    return usableBytes < USUAL_STORE_BYTES
        ? Check.note("disk", found + "; 'stitchflow plan' shows what an experiment needs")
        : Check.ok("disk", found);
  }

  /**
   * Whether something accepts connections at a JobManager's address.
   *
   * @throws InputException if it is not an address
   */
  static Check cluster(String master) throws InputException {
    RunnerOptions.checkMaster(master);
    int colon = master.lastIndexOf(':');
    if (colon < 0) {
      return Check.ok("cluster", master + ": runs in the process of 'run'");
    }
    String host = master.substring(0, colon);
    int port = Integer.parseInt(master.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      return Check.ok("cluster", master + ": accepts connections");
    } catch (IOException e) {
      return Check.problem(
          "cluster", master + ": " + IoReason.of(e) + "; start the cluster, or check the address");
    }
  }
}
