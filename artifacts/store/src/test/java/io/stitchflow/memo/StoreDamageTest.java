package io.stitchflow.memo;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.Actions.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.faults.Disk;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreFormat;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is done to the files of a store, the next run gives the right bytes. */
class StoreDamageTest {
  private static final long SEED = 20261125;

  /** Files up to this size are damaged at every byte. */
  private static final int SMALL_BYTES = 300;

  private static final int PLACES = 25;

  private Disk disk;
  private final Random random = new Random(SEED);

  @BeforeEach
  void fillStore() throws IOException {
    disk = new Disk();
    run(root(disk));
    disk = disk.copy();
  }

  @Test
  void run_anyByteOfAnyFileAltered_givesTheRightBytes() throws IOException {
    eachFile(
        (file, content) -> {
          for (int at : places(content.length)) {
            byte[] altered = content.clone();
            altered[at] ^= (byte) (1 << random.nextInt(8));
            check(file, "bit flipped in byte " + at, path -> Files.write(path, altered));
          }
        });
  }

  @Test
  void run_anyFileCutAnywhere_givesTheRightBytes() throws IOException {
    eachFile(
        (file, content) -> {
          for (int length : places(content.length)) {
            byte[] cut = Arrays.copyOf(content, length);
            check(file, "cut to " + length, path -> Files.write(path, cut));
          }
        });
  }

  @Test
  void run_anyFileExtendedZeroedOrSwapped_givesTheRightBytes() throws IOException {
    Map<Path, byte[]> all = new LinkedHashMap<>();
    eachFile(all::put);
    // records of that key, as good as the one that stands
    all.keySet().removeIf(path -> path.startsWith(root(disk).resolve("nondeterminism")));
    eachFile(
        (file, content) -> {
          for (int more : List.of(1, content.length, 4096)) {
            byte[] extended = Arrays.copyOf(content, content.length + more);
            check(file, "extended by " + more, path -> Files.write(path, extended));
          }
          check(file, "zeroed", path -> Files.write(path, new byte[content.length]));
          for (Map.Entry<Path, byte[]> other : all.entrySet()) {
            check(
                file,
                "with the bytes of " + other.getKey(),
                path -> Files.write(path, other.getValue()));
          }
        });
  }

  @Test
  void run_anyFileGoneUnreadableOrADirectory_givesTheRightBytes() throws IOException {
    eachFile(
        (file, content) -> {
          check(file, "deleted", Files::delete);
          check(file, "a directory", StoreDamageTest::replaceByDirectory);
          check(
              file,
              "a directory with a file",
              path -> {
                replaceByDirectory(path);
                Files.writeString(path.resolve("file"), "mine");
              });
          Disk unreadable = disk.copy();
          unreadable.makeUnreadable(unreadable.path(file.toString()));
          check(unreadable, file, "unreadable");
        });
  }

  @Test
  void run_anyFolderGoneOrAFile_givesTheRightBytesOrSaysWhere() throws IOException {
    for (Path folder : paths(disk, true)) {
      if (!folder.equals(root(disk))) {
        check(folder, "deleted", StoreFiles::deleteAll);
        check(
            folder,
            "a file",
            path -> {
              StoreFiles.deleteAll(path);
              Files.createFile(path);
            });
      }
    }
  }

  private interface Damage {
    void to(Path file) throws IOException;
  }

  private interface Each {
    void take(Path file, byte[] content) throws IOException;
  }

  private void eachFile(Each each) throws IOException {
    List<Path> files = paths(disk, false);
    assertThat(files).hasSizeGreaterThan(10);
    for (Path file : files) {
      each.take(file, Files.readAllBytes(file));
    }
  }

  private void check(Path file, String what, Damage damage) throws IOException {
    Disk damaged = disk.copy();
    damage.to(damaged.path(file.toString()));
    check(damaged, file, what);
  }

  /** Runs twice, as the second one finds what the first one left. */
  private static void check(Disk damaged, Path file, String what) throws IOException {
    boolean format = file.endsWith(StoreFormat.NAME);
    boolean folder = Files.isDirectory(file);
    for (int i = 0; i < 2; i++) {
      try {
        run(root(damaged));
      } catch (StoreException e) {
        assertThat(format || folder).as("%s %s: %s", file, what, e).isTrue();
        assertThat(e).hasMessageContaining(file.toString());
      } catch (RuntimeException | IOException | AssertionError e) {
        throw new AssertionError("seed " + SEED + ", " + file + " " + what + ": " + e, e);
      }
    }
  }

  /** Two actions, one of which reads the other, and a third that came out in two ways. */
  private static void run(Path root) throws IOException {
    Store store = Store.open(root);
    ActionResult first = get(store, action(1), "one", "two");
    assertThat(first.getOutputList()).extracting(Output::getName).containsExactly("one", "two");
    Digest read = Digest.from(first.getOutput(0).getDigest());
    get(store, reading("gram", read), "three");
    ActionResult other = Actions.result(1, Actions.output("one", read, content("one").length));
    ActionCache cache = new ActionCache(store);
    assertThat(cache.publish(ActionKeys.key(action(1)), action(1), other).getOutputList())
        .isEqualTo(first.getOutputList());
  }

  private static ActionResult get(Store store, Action action, String... outputs)
      throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          for (String output : outputs) {
            Files.write(runs.get(0).output(output), content(output));
          }
        };
    ActionResult result =
        new Memo(store)
            .get(
                List.of(new Memo.Request(action, 1, true, List.of())),
                executor,
                store::open,
                share -> {})
            .get(0)
            .result();
    assertThat(result.getOutputCount()).isEqualTo(outputs.length);
    for (Output output : result.getOutputList()) {
      assertThat(Files.readAllBytes(store.open(Digest.from(output.getDigest()))))
          .isEqualTo(content(output.getName()));
    }
    return result;
  }

  private static byte[] content(String output) {
    Random random = new Random(output.hashCode());
    byte[] content = new byte[output.equals("three") ? 9000 : 40];
    random.nextBytes(content);
    return content;
  }

  /** All bytes of a small file; of others the ends and some between. */
  private Set<Integer> places(int length) {
    Set<Integer> places = new TreeSet<>();
    if (length == 0) {
      return places;
    }
    for (int i = 0; i < (length <= SMALL_BYTES ? length : PLACES); i++) {
      places.add(length <= SMALL_BYTES ? i : random.nextInt(length));
    }
    places.add(0);
    places.add(length - 1);
    return places;
  }

  private static void replaceByDirectory(Path path) throws IOException {
    Files.delete(path);
    Files.createDirectory(path);
  }

  private static List<Path> paths(Disk disk, boolean folders) throws IOException {
    try (Stream<Path> all = Files.walk(root(disk))) {
      return new ArrayList<>(all.filter(path -> Files.isDirectory(path) == folders).toList());
    }
  }

  private static Path root(Disk disk) {
    return disk.path("/store");
  }
}
