package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeviceLeaseTest {
  private static final Gpu FIRST = new Gpu(0, "0", "cuda-sm_90");
  private static final Gpu SECOND = new Gpu(1, "GPU-8f1e", "cuda-sm_90");

  @TempDir Path temporary;

  private Path directory = Path.of("");
  private final ExecutorService others = Executors.newCachedThreadPool();

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("devices");
  }

  @AfterEach
  void stop() {
    others.shutdownNow();
  }

  @Test
  void take_severalFree_isTheFirstThenTheNext() throws Exception {
    try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST, SECOND))) {
      assertThat(lease.gpu()).isEqualTo(FIRST);
      assertThat(elsewhere(() -> takenOf(FIRST, SECOND))).isEqualTo(SECOND.name());
      assertThat(elsewhere(() -> takenOf(FIRST))).isEqualTo("none");
    }
    assertThat(elsewhere(() -> takenOf(FIRST))).isEqualTo(FIRST.name());
  }

  @Test
  void take_noneFree_waitsForTheHolder() throws Exception {
    Future<String> waiting;
    try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST))) {
      CountDownLatch asked = new CountDownLatch(1);
      waiting =
          others.submit(
              () -> {
                asked.countDown();
                try (DeviceLease next = DeviceLease.take(directory, List.of(FIRST))) {
                  return next.gpu().name();
                }
              });
      asked.await();
      assertThat(waiting.isDone()).isFalse();
      assertThat(lease.gpu()).isEqualTo(FIRST);
    }
    assertThat(waiting.get()).isEqualTo(FIRST.name());
  }

  @Test
  void take_manyThreads_neverShareAGpu() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    List<Callable<Integer>> work = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      work.add(
          () -> {
            try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST))) {
              int now = holders.incrementAndGet();
              assertThat(directory.resolve(lease.gpu().name() + ".lock")).exists();
              holders.decrementAndGet();
              return now;
            }
          });
    }
    for (Future<Integer> most : others.invokeAll(work)) {
      assertThat(most.get()).isEqualTo(1);
    }
  }

  @Test
  void take_again_isTheSameUntilItIsGivenBackAsOften() throws Exception {
    DeviceLease outer = DeviceLease.take(directory, List.of(FIRST, SECOND));
    DeviceLease inner = DeviceLease.take(directory, List.of(FIRST, SECOND));
    assertThat(inner.gpu()).isEqualTo(outer.gpu());
    inner.close();
    assertThat(elsewhere(() -> takenOf(FIRST))).isEqualTo("none");
    outer.close();
    assertThat(elsewhere(() -> takenOf(FIRST))).isEqualTo(FIRST.name());
  }

  @Test
  void take_interrupted_stopsWaiting() throws Exception {
    try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST))) {
      assertThat(lease.gpu()).isEqualTo(FIRST);
      Future<Boolean> waiting =
          others.submit(
              () -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> DeviceLease.take(directory, List.of(FIRST)))
                    .isInstanceOf(InterruptedIOException.class);
                return Thread.interrupted();
              });
      assertThat(waiting.get()).isTrue();
    }
  }

  @Test
  void take_holderKilled_freesTheGpu() throws Exception {
    Process holder = DeviceLeaseProcess.start(directory, FIRST.name());
    try {
      assertThat(DeviceLeaseProcess.says(holder)).isEqualTo(DeviceLeaseProcess.HELD);
      assertThat(takenOf(FIRST)).isEqualTo("none");
      assertThat(takenOf(FIRST, SECOND)).isEqualTo(SECOND.name());
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST))) {
      assertThat(lease.gpu()).isEqualTo(FIRST);
    }
  }

  @Test
  void take_triedByOthersOfTheJvm_staysTakenForOtherProcesses() throws Exception {
    // closing a file ends a process's locks on it, also those of another thread
    try (DeviceLease lease = DeviceLease.take(directory, List.of(FIRST))) {
      assertThat(lease.gpu()).isEqualTo(FIRST);
      assertThat(elsewhere(() -> takenOf(FIRST))).isEqualTo("none");
      assertThat(takenByAnotherLoader()).isFalse();
      Process other = DeviceLeaseProcess.start(directory, FIRST.name());
      assertThat(DeviceLeaseProcess.says(other)).isEqualTo(DeviceLeaseProcess.BUSY);
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(takenByAnotherLoader()).isTrue();
  }

  @Test
  void take_files_arePrivate() throws Exception {
    try (DeviceLease lease = DeviceLease.take(directory, List.of(SECOND))) {
      assertThat(permissions(directory)).isEqualTo("rwx------");
      assertThat(permissions(directory.resolve(lease.gpu().name() + ".lock")))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void take_nameThatIsNoFileName_staysInTheDirectory() throws Exception {
    Gpu part = new Gpu(0, "MIG-GPU-8f1e/../0", "cuda-sm_90");
    try (DeviceLease lease = DeviceLease.take(directory, List.of(part))) {
      assertThat(lease.gpu()).isEqualTo(part);
      assertThat(directory).isDirectoryContaining("glob:**MIG-GPU-8f1e____0.lock");
    }
  }

  @Test
  void take_directoryOthersCanEnter_isRefused() throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    assertThatThrownBy(() -> DeviceLease.take(directory, List.of(FIRST)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("rwxr-xr-x")
        .hasMessageContaining("remove it");
  }

  @Test
  void take_linkInPlaceOfDirectoryOrFile_isNotFollowed() throws Exception {
    Files.createSymbolicLink(directory, temporary);
    assertThatThrownBy(() -> DeviceLease.take(directory, List.of(FIRST)))
        .isInstanceOf(IOException.class);
    Files.delete(directory);
    DeviceLease.take(directory, List.of(SECOND)).close();
    Path target = temporary.resolve("target");
    Files.createSymbolicLink(directory.resolve("0.lock"), target);
    assertThatThrownBy(() -> DeviceLease.take(directory, List.of(FIRST)))
        .isInstanceOf(IOException.class);
    assertThat(target).doesNotExist();
    Files.delete(directory.resolve("0.lock"));
    assertThat(takenOf(FIRST)).isEqualTo(FIRST.name());
  }

  @Test
  void take_noGpus_isRefused() {
    assertThatThrownBy(() -> DeviceLease.take(directory, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void directory_here_isTheUsersOwn() {
    assertThat(DeviceLease.directory().getFileName().toString()).matches("stitchflow-devices-.+");
  }

  /** What this thread can have of {@code gpus} now; given back at once. */
  private String takenOf(Gpu... gpus) throws IOException {
    try (DeviceLease lease = DeviceLease.tryTake(directory, List.of(gpus))) {
      return lease == null ? "none" : lease.gpu().name();
    }
  }

  private String elsewhere(Callable<String> work) throws Exception {
    return others.submit(work).get();
  }

  /** Whether the classes, loaded a second time, can take the first GPU. */
  private boolean takenByAnotherLoader() throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Method take =
          loader.loadClass(DeviceLeaseTest.class.getName()).getDeclaredMethod("takes", Path.class);
      take.setAccessible(true);
      return (boolean) take.invoke(null, directory);
    }
  }

  static boolean takes(Path directory) throws IOException {
    try (DeviceLease lease = DeviceLease.tryTake(directory, List.of(FIRST))) {
      return lease != null;
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
