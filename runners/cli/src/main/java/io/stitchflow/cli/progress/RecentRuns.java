package io.stitchflow.cli.progress;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.StoreException;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Runs as collection sees them: {@code runs/<id>/results}, a serialized {@link RunResults}, names
 * what a finished run needs. A run without that file is still going or was killed; what it has
 * published is young.
 */
public final class RecentRuns {
  private RecentRuns() {}

  /**
   * Keys of all results of runs that ended less than {@code age} ago.
   *
   * @throws StoreException if a run's results cannot be read: what it needs is not known
   */
  public static Set<Digest> keys(Store store, Duration age) throws IOException {
    Instant since = Instant.now().minus(age);
    Set<Digest> keys = new TreeSet<>();
    for (Path run : runs(store)) {
      Path results = run.resolve("results");
      try {
        if (Files.getLastModifiedTime(results).toInstant().isAfter(since)) {
          add(store, results, keys);
        }
      } catch (NoSuchFileException stillRunningOrKilled) {
        // keeps nothing yet
      } catch (IOException e) {
        throw FileFailure.explain(store.root(), results, e);
      }
    }
    return keys;
  }

  private static void add(Store store, Path results, Set<Digest> keys) throws IOException {
    try {
      for (StageResult result : RunResults.parseFrom(store.runs().read(results)).getResultList()) {
        if (!result.getKey().isEmpty()) {
          keys.add(Digest.from(result.getKey()));
        }
      }
    } catch (NoSuchFileException e) {
      return; // removed meanwhile
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new StoreException(
          results
              + ": is damaged, so that what the run needs is not known; delete "
              + results.getParent(),
          e);
    }
  }

  /** Directories of runs that ended, or were last heard of, at least {@code age} ago. */
  public static List<Path> olderThan(Store store, Duration age) throws IOException {
    Instant since = Instant.now().minus(age);
    List<Path> old = new ArrayList<>();
    for (Path run : runs(store)) {
      try {
        if (!lastHeardOf(run).isAfter(since)) {
          old.add(run);
        }
      } catch (IOException e) {
        throw FileFailure.explain(store.root(), run, e);
      } catch (UncheckedIOException e) {
        throw FileFailure.explain(store.root(), run, cause(e));
      }
    }
    return old;
  }

  /** Removes a run's directory and all in it. */
  public static void remove(Store store, Path run) throws IOException {
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return; // somebody else removed it
    } catch (IOException e) {
      throw FileFailure.explain(store.root(), run, e);
    } catch (UncheckedIOException e) {
      throw FileFailure.explain(store.root(), run, cause(e));
    }
  }

  private static IOException cause(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause());
  }

  /** When its results were written; of a run without, when anything was. */
  static Instant lastHeardOf(Path run) throws IOException {
    Path results = run.resolve("results");
    if (Files.exists(results)) {
      return Files.getLastModifiedTime(results).toInstant();
    }
    Instant latest = Instant.MIN;
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        latest = modified.isAfter(latest) ? modified : latest;
      }
    }
    return latest.equals(Instant.MIN) ? Files.getLastModifiedTime(run).toInstant() : latest;
  }

  private static List<Path> runs(Store store) throws IOException {
    return RunFiles.ids(store).stream()
        .map(store.runs().path()::resolve)
        .filter(run -> Files.isDirectory(run, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }
}
