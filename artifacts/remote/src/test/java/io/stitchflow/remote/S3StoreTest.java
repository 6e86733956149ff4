package io.stitchflow.remote;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3StoreTest extends RemoteStoreContract {
  @TempDir static Path serverDirectory;
  private S3Server server;
  private RemoteStore store;

  @BeforeAll
  void startServer() throws Exception {
    server = S3Server.start(serverDirectory);
  }

  @AfterAll
  void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void openStore() throws IOException {
    store = open(server.uri("some/prefix-" + UUID.randomUUID()));
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private static RemoteStore open(String uri) throws StoreException {
    return new S3StoreOpener().open(RemoteUri.parse(uri));
  }

  @Override
  RemoteStore store() {
    return store;
  }

  @Override
  RemoteStore gone() throws IOException {
    return open("s3://experiments/gone?endpoint=http://127.0.0.1:1");
  }

  @Test
  void get_noSuchBucket_saysSo() throws IOException {
    RemoteStore lost = open("s3://nobodys-bucket/x?endpoint=" + server.endpoint());
    assertThatThrownBy(() -> lost.get(blob("x"), 0))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("there is no bucket 'nobodys-bucket'");
  }

  @Test
  void get_wrongCredentials_isDeniedWithoutTellingThem() throws IOException {
    System.setProperty("aws.secretAccessKey", "something-else");
    try {
      RemoteStore denied = open(server.uri("x"));
      assertThatThrownBy(() -> denied.get(blob("x"), 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("access denied")
          .hasMessageNotContaining("something-else");
    } finally {
      System.setProperty("aws.secretAccessKey", S3Server.PASSWORD);
    }
  }

  @Test
  void open_unknownParameter_isRefusedWithThoseThatAreKnown() {
    assertThatThrownBy(() -> open("s3://bucket/x?end=http://127.0.0.1:1"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("'end'")
        .hasMessageContaining("endpoint, region, local");
  }
}
