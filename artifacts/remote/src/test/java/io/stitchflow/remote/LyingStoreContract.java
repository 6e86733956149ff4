package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.remote.LyingServer.Step;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.Capability;
import io.stitchflow.store.remote.RemoteStore.RemoteObject;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store whose server lies, each answer in another way: callers get what was put, or nothing, or
 * an {@link IOException}, and get it soon.
 */
@Timeout(600)
abstract class LyingStoreContract {
  static final HttpLimits SHORT =
      new HttpLimits(
          Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofMillis(200), 64 << 10);

  private static final int BLOB_BYTES = 200_000;
  private static final int ACTIONS = 4;
  private static final List<Lie> LIES = List.of(Lie.values());

  private static final List<Long> SEEDS = List.of(1L, 2L);

  @TempDir Path directory;

  /** Before an honest server. */
  abstract LyingServer server();

  /** A connection through {@link #server}, to a place of its own. */
  abstract RemoteStore connect(String place, HttpLimits limits) throws IOException;

  @Test
  void operations_underEachLie_answerOrFailAsIo() throws IOException {
    List<String> messages = new ArrayList<>();
    RemoteStore remote = connect("each", SHORT);
    RemoteStore patient = connect("each", HttpLimits.DEFAULT);
    for (Lie lie : Lie.values()) {
      server().alwaysTell(Lie.NONE);
      String name = RemoteStoreContract.blob("a blob that is there");
      patient.replace(name, RemoteStoreContract.content("a blob that is there"));
      server().alwaysTell(lie);
      attempt(messages, () -> remote.find(name));
      attempt(messages, () -> remote.getSmall(name));
      attempt(messages, () -> remote.get(name, 7));
      attempt(
          messages,
          () ->
              remote.putIfAbsent(
                  RemoteStoreContract.blob(lie.name()), RemoteStoreContract.content(lie.name())));
      if (remote.capabilities().contains(Capability.LIST)) {
        attempt(messages, () -> remote.list("cas/", ""));
      }
    }
    assertThat(messages).isNotEmpty();
    assertThat(messages)
        .allMatch(message -> message.startsWith(remote.address()), "names the store")
        .noneMatch(message -> message.contains("hunter2"), "no password")
        .noneMatch(message -> message.matches("(?s).*\\b[a-z.]*[A-Z]\\w*Exception.*"), "in words");
  }

  /** What may fail as IO. */
  private interface Attempt {
    @Nullable Object run() throws IOException;
  }

  private static void attempt(List<String> messages, Attempt attempt) {
    try {
      Object got = attempt.run();
      if (got instanceof RemoteStore.RemoteBytes bytes) {
        bytes.close();
      }
    } catch (IOException e) {
      messages.add(String.valueOf(e.getMessage()));
    }
  }

  @Test
  void redirect_toAnotherOrigin_isRefusedNamingBoth() throws IOException {
    server().alwaysTell(Lie.REDIRECT_ELSEWHERE);
    RemoteStore remote = connect("redirects", HttpLimits.DEFAULT);
    assertThatThrownBy(() -> remote.getSmall(RemoteStoreContract.blob("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http://127.0.0.1:" + server().port())
        .hasMessageContaining("http://127.0.0.1:1,")
        .hasMessageNotContaining("secret");
  }

  @Test
  void request_interrupted_endsAtOnce() throws IOException {
    server().alwaysTell(Lie.SILENT);
    RemoteStore remote = connect("interrupts", HttpLimits.DEFAULT);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> remote.getSmall(RemoteStoreContract.blob("x")))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void body_interrupted_endsAtOnce() throws IOException {
    server().alwaysTell(Lie.SLOW_BODY);
    try (RemoteStore.RemoteBytes bytes =
        requireNonNull(
            connect("interrupts", HttpLimits.DEFAULT).get(RemoteStoreContract.blob("x"), 0))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> bytes.stream().readAllBytes())
          .isInstanceOf(InterruptedIOException.class);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void store_underRandomLies_givesWhatWasPutOrNothing() throws IOException {
    for (long seed : SEEDS) {
      Path here = directory.resolve("seed " + seed);
      try {
        followRandomly(seed, here);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " of " + getClass().getSimpleName(), e);
      }
    }
  }

  private void followRandomly(long seed, Path here) throws IOException {
    Random random = new Random(seed);
    server()
        .follow(
            request -> {
              Lie lie = LIES.get(random.nextInt(LIES.size()));
              boolean honest = random.nextInt(3) == 0;
              boolean put = request.startsWith("PUT") || request.startsWith("POST");
              return new Step(honest ? Lie.NONE : lie, !put || random.nextInt(4) > 0);
            });
    for (int machine = 0; machine < 2; machine++) {
      for (int action = 0; action < ACTIONS; action++) {
        // A store of its own each time, since one soon asks no more
        Path root = here.resolve(action % 2 + " of " + machine);
        Store store = openOrNull(root, connect("place " + seed, SHORT));
        if (store != null) {
          use(store, action);
          checkParts(root);
        }
      }
    }
    server().alwaysTell(Lie.NONE);
    for (int machine = 0; machine < 2; machine++) {
      Store store =
          Store.open(
              here.resolve("honest " + machine),
              connect("place " + seed, HttpLimits.DEFAULT),
              "here");
      for (int action = 0; action < ACTIONS; action++) {
        use(store, action);
        assertThat(store.open(Digest.of(blob(action)))).hasBinaryContent(blob(action));
      }
      if (machine == 1) {
        assertThat(store.warnings()).as("what the first has healed").isEmpty();
      }
    }
  }

  /** Null where a wrong FORMAT is shown, which is a reason not to start. */
  private static @Nullable Store openOrNull(Path root, RemoteStore remote) throws IOException {
    try {
      return Store.open(root, remote, "here");
    } catch (StoreException e) {
      assertThat(e).hasMessageContaining("/FORMAT");
      return null;
    }
  }

  /** Looks up, reads, and publishes what is not there: as a run does. */
  private static void use(Store store, int number) throws IOException {
    Action action = action(number);
    Digest key = ActionKeys.key(action);
    ActionCache cache = new ActionCache(store);
    ActionResult found = cache.find(key);
    assertThat(found).isIn(null, result(number));
    assertThat(cache.actions().find(key)).isIn(null, action);
    try {
      assertThat(store.open(Digest.of(blob(number)))).hasBinaryContent(blob(number));
    } catch (IOException e) {
      assertThat(store.find(Digest.of(blob(number)))).isNull();
      store.put(blob(number));
    }
    assertThat(cache.publish(key, action, result(number))).isEqualTo(result(number));
  }

  private static void checkParts(Path root) throws IOException {
    try (var files = Files.list(root.resolve("tmp"))) {
      List<Path> tooLarge =
          files.filter(file -> file.toFile().length() > BLOB_BYTES).collect(Collectors.toList());
      assertThat(tooLarge).isEmpty();
    }
  }

  @Test
  void store_underLastingErrors_asksAFewTimesOnly() throws IOException {
    for (Lie lie : List.of(Lie.ERROR, Lie.SLOW_ERROR, Lie.RESET)) {
      server().alwaysTell(lie);
      int before = server().requests();
      Store store = Store.open(directory.resolve(lie.name()), connect("errors", SHORT), "here");
      ActionCache cache = new ActionCache(store);
      for (int i = 0; i < 100; i++) {
        assertThat(cache.find(ActionKeys.key(action(i)))).isNull();
      }
      assertThat(store.warnings()).hasSize(1);
      assertThat(server().requests() - before).as(lie.name()).isLessThan(20);
    }
  }

  @Test
  void list_withDuplicatesOrGaps_hasEachNameOnceInOrder() throws IOException {
    RemoteStore remote = connect("list", HttpLimits.DEFAULT);
    if (!remote.capabilities().contains(Capability.LIST)) {
      return;
    }
    server().alwaysTell(Lie.NONE);
    List<String> names = List.of("runs/a", "runs/b", "runs/c");
    for (String name : names) {
      remote.putIfAbsent(name, RemoteStoreContract.content("x"));
    }
    server().alwaysTell(Lie.LIST_WITH_DUPLICATES);
    assertThat(remote.list("runs/", "")).extracting(RemoteObject::name).isEqualTo(names);
    server().alwaysTell(Lie.LIST_WITH_GAPS);
    assertThat(remote.list("runs/", ""))
        .extracting(RemoteObject::name)
        .isEqualTo(names.subList(1, 3));
    server().alwaysTell(Lie.LIST_WITHOUT_END);
    assertThatThrownBy(() -> remote.list("runs/", ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("truncated listing has no next page");
  }

  private static Action action(int number) {
    return Action.newBuilder()
        .setVersion(1)
        .setCollectGram(CollectGram.newBuilder().addWindow(1 + number))
        .build();
  }

  private static ActionResult result(int number) {
    return ActionResult.newBuilder()
        .setSeconds(1)
        .addOutput(
            Output.newBuilder()
                .setName("moments")
                .setDigest(Digest.of(blob(number)).bytes())
                .setSizeBytes(BLOB_BYTES))
        .build();
  }

  private static byte[] blob(int number) {
    byte[] bytes = new byte[BLOB_BYTES];
    new Random(number).nextBytes(bytes);
    byte[] name = ("blob " + number).getBytes(UTF_8);
    System.arraycopy(name, 0, bytes, 0, name.length);
    return bytes;
  }
}
