package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.artifacts.RemoteStore;
import io.stitchflow.artifacts.RemoteStore.Content;
import io.stitchflow.artifacts.RemoteUri;
import io.stitchflow.artifacts.Store;
import io.stitchflow.artifacts.StoreException;
import io.stitchflow.artifacts.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
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
