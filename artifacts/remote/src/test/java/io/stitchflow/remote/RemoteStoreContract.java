package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.Capability;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.store.remote.RemoteStore.RemoteBytes;
import io.stitchflow.store.remote.RemoteStore.RemoteObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every remote store keeps to. */
abstract class RemoteStoreContract {
  private static final int CONTENDERS = 8;
  private static final int LARGE_BYTES = 110 << 20;

  @TempDir Path directory;

  /** The store under test, empty. */
  abstract RemoteStore store() throws IOException;

  /** A store of the same kind where nobody listens. */
  abstract RemoteStore gone() throws IOException;

  @Test
  void find_absent_isNull() throws IOException {
    assertThat(store().find(blob("nothing"))).isNull();
    assertThat(store().get(blob("nothing"), 0)).isNull();
    assertThat(store().get(blob("nothing"), 7)).isNull();
  }

  @Test
  void putIfAbsent_first_isFoundWithSizeAndBytes() throws IOException {
    String name = blob("weights");
    assertThat(store().putIfAbsent(name, content("weights"))).isTrue();
    RemoteObject found = requireNonNull(store().find(name));
    assertThat(found.name()).isEqualTo(name);
    assertThat(found.sizeBytes()).isEqualTo(7);
    assertThat(read(name, 0)).isEqualTo("weights");
  }

  @Test
  void putIfAbsent_empty_isThereAndEmpty() throws IOException {
    assertThat(store().putIfAbsent(blob(""), content(""))).isTrue();
    assertThat(read(blob(""), 0)).isEmpty();
  }

  @Test
  void putIfAbsent_second_isRefusedAndTheFirstStays() throws IOException {
    String name = record("key");
    assertThat(store().putIfAbsent(name, content("first"))).isTrue();
    assertThat(store().putIfAbsent(name, content("second"))).isFalse();
    assertThat(read(name, 0)).isEqualTo("first");
  }

  @Test
  void putIfAbsent_manyAtOnce_oneStandsWholeAndAloneWon() throws Exception {
    for (int round = 0; round < 5; round++) {
      String name = record("key " + round);
      List<Integer> winners = race(name);
      String standing = read(name, 0);
      assertThat(standing).isIn((Object[]) bodies());
      assertThat(winners).isNotEmpty();
      if (store().capabilities().contains(Capability.FIRST_WINS)) {
        assertThat(winners).hasSize(1);
        assertThat(standing).isEqualTo(bodies()[winners.get(0)]);
      }
    }
  }

  /** Who was told to have put. */
  private List<Integer> race(String name) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CONTENDERS);
    CyclicBarrier start = new CyclicBarrier(CONTENDERS);
    try {
      List<Callable<Boolean>> puts = new ArrayList<>();
      for (String body : bodies()) {
        puts.add(
            () -> {
              start.await();
              return store().putIfAbsent(name, content(body));
            });
      }
      List<Integer> winners = new ArrayList<>();
      List<Future<Boolean>> told = threads.invokeAll(puts);
      for (int i = 0; i < CONTENDERS; i++) {
        if (told.get(i).get()) {
          winners.add(i);
        }
      }
      return winners;
    } finally {
      threads.shutdownNow();
    }
  }

  private static String[] bodies() {
    String[] bodies = new String[CONTENDERS];
    for (int i = 0; i < CONTENDERS; i++) {
      bodies[i] = "result of worker " + i;
    }
    return bodies;
  }

  @Test
  void replace_there_newBytesStand() throws IOException {
    String name = record("key");
    store().replace(name, content("damaged"));
    store().replace(name, content("healed"));
    assertThat(read(name, 0)).isEqualTo("healed");
  }

  @Test
  void get_fromAnywhere_givesTheRestAndTheWholeSize() throws IOException {
    String name = blob("0123456789");
    store().putIfAbsent(name, content("0123456789"));
    for (int from = 0; from <= 12; from++) {
      assertThat(read(name, from)).isEqualTo("0123456789".substring(Math.min(10, from)));
      try (RemoteBytes bytes = requireNonNull(store().get(name, from))) {
        assertThat(bytes.objectBytes()).as("from %d", from).isEqualTo(10);
      }
    }
  }

  @Test
  void putIfAbsent_largeFile_comesBackAsItWas() throws IOException {
    Path file = directory.resolve("large");
    Random random = new Random(5);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int written = 0; written < LARGE_BYTES; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    Digest digest = Digest.of(file);
    String name = "cas/" + digest.hex().substring(0, 2) + "/" + digest.hex();
    assertThat(store().putIfAbsent(name, Content.of(file))).isTrue();
    assertThat(requireNonNull(store().find(name)).sizeBytes()).isEqualTo(LARGE_BYTES);
    Path back = directory.resolve("back");
    try (RemoteBytes bytes = requireNonNull(store().get(name, 0))) {
      Files.copy(bytes.stream(), back);
    }
    assertThat(Digest.of(back)).isEqualTo(digest);
  }

  @Test
  void list_manyObjects_isOrderedAndBegunAnywhere() throws IOException {
    if (!store().capabilities().contains(Capability.LIST)) {
      assertThatThrownBy(() -> store().list("runs/", ""))
          .isInstanceOf(UnsupportedOperationException.class);
      return;
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 1_005; i++) { // S3 gives 1,000 at once
      names.add(String.format("runs/a/events/%04d", i));
    }
    names.parallelStream().forEach(this::put);
    put("runs/b/run");
    assertThat(store().list("runs/a/", "")).extracting(RemoteObject::name).isEqualTo(names);
    assertThat(store().list("runs/a/", names.get(1_000)))
        .extracting(RemoteObject::name)
        .isEqualTo(names.subList(1_001, 1_005));
    assertThat(store().list("runs/c/", "")).isEmpty();
  }

  @Test
  void delete_presentObject_isAbsentAfterwards() throws IOException {
    put(blob("x"));
    if (!store().capabilities().contains(Capability.DELETE)) {
      assertThatThrownBy(() -> store().delete(blob("x")))
          .isInstanceOf(UnsupportedOperationException.class);
      return;
    }
    store().delete(blob("x"));
    assertThat(store().find(blob("x"))).isNull();
    store().delete(blob("x"));
  }

  @Test
  void name_ofAnyKind_isHeldOrRefused() throws IOException {
    if (store().capabilities().contains(Capability.ANY_NAME)) {
      put("FORMAT");
      assertThat(read("FORMAT", 0)).isEqualTo("x");
    } else {
      assertThat(store().find("FORMAT")).isNull();
      assertThat(store().get("runs/a/run", 0)).isNull();
      assertThatThrownBy(() -> store().replace("FORMAT", content("x")))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void anyRequest_noServer_isAnErrorThatNamesTheStore() throws IOException {
    RemoteStore gone = gone();
    assertThatThrownBy(() -> gone.find(blob("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(gone.address());
    assertThatThrownBy(() -> gone.get(blob("x"), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(gone.address());
    assertThatThrownBy(() -> gone.putIfAbsent(blob("x"), content("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(gone.address());
  }

  private void put(String name) {
    try {
      store().putIfAbsent(name, content("x"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private @Nullable String read(String name, long from) throws IOException {
    try (RemoteBytes bytes = store().get(name, from)) {
      return bytes == null ? null : new String(bytes.stream().readAllBytes(), UTF_8);
    }
  }

  static Content content(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  static String blob(String text) {
    return "cas/" + hashed(text);
  }

  private static String record(String text) {
    return "ac/" + hashed(text);
  }

  private static String hashed(String text) {
    String hex = Digest.of(text.getBytes(UTF_8)).hex();
    return hex.substring(0, 2) + "/" + hex;
  }
}
