package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class HttpStoreTest extends RemoteStoreContract {
  @TempDir Path serverDirectory;
  private HttpCacheServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpCacheServer.start(serverDirectory, ranges());
  }

  boolean ranges() {
    return true;
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Override
  RemoteStore store() {
    return new HttpStore(server.uri("cache"));
  }

  @Override
  RemoteStore gone() {
    return new HttpStore("http://127.0.0.1:1/cache");
  }
}
