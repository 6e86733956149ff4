package io.stitchflow.gc;

import static io.stitchflow.store.StoreFiles.files;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.google.protobuf.Message;
import io.stitchflow.content.FileState;
import io.stitchflow.content.StoreException;
import io.stitchflow.memo.Processes;
import io.stitchflow.memo.StoreProcess;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreInit;
import io.stitchflow.v1.Action;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that several users of a group share: under a umask that gives the group nothing, and with
 * two users too where tests may act as others (as root, with setpriv).
 */
@Timeout(300)
class SharedStoreTest {
  private static final int GROUP = 2000;
  private static final int OTHER_GROUP = 2001;
  private static final int ALICE = 1001;
  private static final int BOB = 1002;

  @TempDir Path temporary;
  @AutoClose private final Processes processes = new Processes();

  @Test
  void share_newStore_everythingIsOpenToTheGroupWhateverTheUmask() throws Exception {
    Path root = temporary.resolve("store");
    StoreInit.share(root);
    compute(root, List.of(), 1);

    assertThat(modes(root, true)).containsExactly("2770");
    assertThat(modes(root, false)).containsExactly("660");
  }

  @Test
  void share_privateStoreWithResults_isOpenedToTheGroup() throws Exception {
    Path root = temporary.resolve("store");
    compute(root, List.of(), 1);
    assertThat(modes(root, true)).containsExactly("700");
    assertThat(modes(root, false)).isSubsetOf("400", "600");

    StoreInit.share(root);

    assertThat(modes(root, true)).containsExactly("2770");
    assertThat(modes(root, false)).containsExactly("660");
    assertThat(StoreInit.create(root)).isTrue();
  }

  @Test
  void create_newStore_isPrivate() throws IOException {
    Path root = temporary.resolve("store");

    assertThat(StoreInit.create(root)).isFalse();

    Store.open(root).put(StoreFiles.bytes("weights"));
    assertThat(modes(root, true)).containsExactly("700");
    assertThat(modes(root, false)).isSubsetOf("400", "600");
  }

  @Test
  void put_directoryThatItsOwnerOpened_isShared() throws IOException {
    Path root = Files.createDirectory(temporary.resolve("store"));
    Files.setAttribute(root, "unix:mode", 02775);

    Store.open(root).put(StoreFiles.bytes("weights"));

    assertThat(modes(root.resolve("cas"), true)).containsExactly("2770");
    assertThat(modes(root, false)).containsExactly("660");
  }

  @Test
  void share_directoryWithOtherThings_isRefusedAndStaysAsItIs() throws IOException {
    Path home = Files.createDirectory(temporary.resolve("home"));
    Files.writeString(home.resolve("thesis"), "mine");
    Set<String> before = modes(home, true);

    assertThatThrownBy(() -> StoreInit.share(home))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not a stitchflow store");

    assertThat(modes(home, true)).isEqualTo(before);
  }

  @Test
  void twoUsers_oneStore_eachActionRunsOnceAndEitherCollects() throws Exception {
    if (!canActAsOthers()) {
      return;
    }
    Path root = sharedByGroup();
    compute(root, List.of(as(ALICE, GROUP), as(BOB, GROUP)), 2);

    assertThat(modes(root, true)).containsExactly("2770");
    assertThat(modes(root, false)).containsExactly("660");
    assertThat(owners(root)).isSubsetOf(ALICE, BOB);
    for (List<String> user : List.of(as(BOB, GROUP), as(ALICE, GROUP))) {
      ageAll(root);
      assertThat(run(user, "read", root)).containsExactly("read " + StoreProcess.ACTIONS);
      assertThat(files(Store.open(root), Folder.CAS))
          .as("made young by either, whose ever they are")
          .allMatch(SharedStoreTest::isYoung);
      ageAll(root);
      assertThat(run(user, "maintain", root))
          .containsExactly(
              "took " + (StoreProcess.ACTIONS - 1), "lost 0", "repaired 0", "unpinned true");
    }
    assertThat(run(as(BOB, GROUP), "read", root)).containsExactly("read " + StoreProcess.ACTIONS);
    compute(root, List.of(as(BOB, GROUP)), 1);
  }

  @Test
  void otherUser_storeOfSomebodyElse_isRefusedWithASentence() throws Exception {
    if (!canActAsOthers()) {
      return;
    }
    Path root = sharedByGroup();
    compute(root, List.of(as(ALICE, GROUP)), 1);

    for (String what : List.of("read", "maintain")) {
      List<String> told = run(as(BOB, OTHER_GROUP), what, root);
      assertThat(told).hasSize(1);
      assertThat(told.get(0))
          .startsWith("refused: " + root)
          .contains("not permitted")
          .contains("stitchflow init-store --shared")
          .doesNotContain("Exception");
    }
  }

  @Test
  void otherUser_oneFolderNotReadable_isRefusedRatherThanTakenForEmpty() throws Exception {
    if (!canActAsOthers()) {
      return;
    }
    for (String folder : List.of("ac", "cas")) {
      Path root = Files.createDirectories(temporary.resolve("of " + folder));
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Store.open(root).put(StoreFiles.bytes("weights"));
      Files.createDirectories(root.resolve("ac"));
      try (Stream<Path> all = Files.walk(root)) {
        for (Path each : all.toList()) {
          Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
      Files.setPosixFilePermissions(
          root.resolve(folder), PosixFilePermissions.fromString("rwx------"));
      assertThat(run(as(BOB, OTHER_GROUP), "read", root))
          .singleElement(STRING)
          .startsWith("refused: " + root.resolve(folder) + ": not permitted");
    }
  }

  private Path sharedByGroup() throws IOException {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path root = Files.createDirectory(temporary.resolve("store"));
    Files.setAttribute(root, "unix:gid", GROUP);
    StoreInit.share(root);
    return root;
  }

  /** In processes at once, one for each user; no action runs twice. */
  private void compute(Path root, List<List<String>> users, int count) throws Exception {
    Path ran = Files.createTempFile(temporary, "ran", "");
    Files.setPosixFilePermissions(ran, PosixFilePermissions.fromString("rw-rw-rw-"));
    boolean empty = files(root.resolve("ac")).isEmpty();
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> user = users.isEmpty() ? List.of() : users.get(i);
      started.add(start(user, StoreProcess.class, "compute", root, ran));
    }
    assertThat(Processes.race(started))
        .allSatisfy(lines -> assertThat(lines).hasSize(StoreProcess.ACTIONS));
    assertThat(Files.readAllLines(ran))
        .hasSize(empty ? StoreProcess.ACTIONS : 0)
        .doesNotHaveDuplicates();
    Files.delete(ran);
  }

  private List<String> run(List<String> user, String what, Path root) throws Exception {
    Process process = start(user, SharedStoreProcess.class, what, root);
    return process.inputReader(UTF_8).lines().toList();
  }

  /** Under a umask that gives others nothing. */
  private Process start(List<String> user, Class<?> program, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(user);
    command.addAll(List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"));
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(user.isEmpty() ? System.getProperty("java.class.path") : readableByAll());
    command.add(program.getName());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return processes.start(command);
  }

  private static List<String> as(int user, int group) {
    return List.of("setpriv", "--reuid", "" + user, "--regid", "" + group, "--clear-groups", "--");
  }

  private static boolean canActAsOthers() throws InterruptedException {
    List<String> command = new ArrayList<>(as(ALICE, GROUP));
    command.add("true");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  /** A class path of what the processes need, in a directory that any user can read. */
  private String readableByAll() throws Exception {
    Path copies = temporary.resolve("classes");
    List<String> places = new ArrayList<>();
    for (Class<?> type :
        List.of(
            SharedStoreProcess.class,
            GarbageCollector.class,
            StoreProcess.class,
            Store.class,
            Action.class,
            Message.class)) {
      Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path to = copies.resolve(type.getSimpleName());
      if (!Files.exists(to)) {
        copyReadable(from, to);
      }
      places.add(to.toString());
    }
    return String.join(File.pathSeparator, places);
  }

  private static void copyReadable(Path from, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling(""));
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path copy = path.equals(from) ? to : to.resolve(from.relativize(path).toString());
        Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(
            copy,
            PosixFilePermissions.fromString(Files.isDirectory(copy) ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
    Files.setPosixFilePermissions(
        to.resolveSibling(""), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void ageAll(Path root) throws IOException {
    for (Path file : files(root)) {
      AgedStore.age(file, Duration.ofDays(40));
    }
  }

  private static boolean isYoung(Path file) {
    try {
      return FileState.of(file).isYoungerThan(Instant.now().minus(Duration.ofHours(1)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The permissions that occur, as octal numbers. */
  private static Set<String> modes(Path root, boolean directories) throws IOException {
    Set<String> modes = new TreeSet<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        if (Files.isDirectory(path) == directories) {
          int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
          modes.add(Integer.toOctalString(mode & 07777));
        }
      }
    }
    return modes;
  }

  /** Of all blobs. */
  private static Set<Integer> owners(Path root) throws IOException {
    Set<Integer> owners = new TreeSet<>();
    for (Path file : files(root.resolve("cas"))) {
      owners.add((Integer) Files.getAttribute(file, "unix:uid"));
    }
    return owners;
  }
}
