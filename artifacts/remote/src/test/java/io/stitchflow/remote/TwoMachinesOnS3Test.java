package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.MemoListener;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.store.Store;
import io.stitchflow.store.Stores;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.store.remote.RemoteUri;
import io.stitchflow.v1.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_METHOD)
class TwoMachinesOnS3Test extends TwoMachinesContract {
  @TempDir static Path serverDirectory;
  private static S3Server server;
  private final String prefix = "machines-" + UUID.randomUUID();

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.start(serverDirectory);
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @Override
  RemoteStore connect() throws IOException {
    return new S3StoreOpener().open(RemoteUri.parse(server.uri(prefix)));
  }

  @Override
  Path file(String name) {
    return server.file(prefix, name);
  }

  @Test
  void memo_bothAtOnce_oneComputesAndTheOtherWaitsForIt() throws Exception {
    CountDownLatch computing = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    ExecutorService machine = Executors.newSingleThreadExecutor();
    try {
      Future<Memo.Answer> first =
          machine.submit(
              () ->
                  compute(
                      one,
                      (runs, progress) -> {
                        computing.countDown();
                        await(waiting);
                        Files.writeString(runs.get(0).output("moments"), "gram");
                      },
                      share -> {}));
      computing.await();
      Memo.Answer second =
          compute(
              two,
              (runs, progress) -> {
                throw new AssertionError("computed twice");
              },
              new MemoListener() {
                @Override
                public void advanced(double share) {}

                @Override
                public void waiting(Digest key, String owner, Duration waited) {
                  waiting.countDown();
                }
              });
      assertThat(second.outcome()).isEqualTo(Outcome.HIT);
      assertThat(second.result()).isEqualTo(first.get().result());
      assertThat(connect().list("lease/", "")).isEmpty();
    } finally {
      machine.shutdownNow();
    }
  }

  private static Memo.Answer compute(Store store, StageExecutor executor, MemoListener listener)
      throws IOException {
    Memo.Request request = new Memo.Request(ACTION, 1, true, List.of());
    return new Memo(store).get(List.of(request), executor, store::open, listener).get(0);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void open_storeOfANewerFormat_isRefused() throws IOException {
    connect().putIfAbsent("FORMAT", Content.of("stitchflow 2\n".getBytes(UTF_8)));
    assertThatThrownBy(() -> Store.open(machines.resolve("three"), connect(), "three"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("s3://" + S3Server.BUCKET + "/" + prefix + "/FORMAT")
        .hasMessageContaining("format 2");
  }

  @Test
  void open_noSuchBucket_isRefused() {
    String uri = "s3://nobodys-bucket/x?endpoint=" + server.endpoint() + "&local=" + machines;
    assertThatThrownBy(() -> Stores.open(uri, Map.of()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("there is no bucket 'nobodys-bucket'");
  }

  @Test
  void open_byUri_hasItsFirstLevelWhereItIsTold() throws IOException {
    String uri = server.uri(prefix);
    Path home = machines.resolve("home");
    Path byHome = Stores.open(uri, Map.of("XDG_CACHE_HOME", home.toString())).root();
    assertThat(byHome.getParent()).isEqualTo(home.resolve("stitchflow/remotes"));
    Path elsewhere = machines.resolve("elsewhere");
    Path byVariable = Stores.open(uri, Map.of(Stores.LOCAL_VARIABLE, elsewhere.toString())).root();
    assertThat(byVariable).isEqualTo(elsewhere.resolve(byHome.getFileName()));
    Store named = Stores.open(uri + "&local=" + machines.resolve("named"), Map.of());
    assertThat(named.root()).isEqualTo(machines.resolve("named"));
    assertThat(named.location()).startsWith(uri);
  }
}
