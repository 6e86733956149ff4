package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class TwoMachinesOnHttpTest extends TwoMachinesContract {
  @TempDir Path serverDirectory;
  private @Nullable HttpCacheServer server;

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  RemoteStore connect() throws IOException {
    if (server == null) {
      server = HttpCacheServer.start(serverDirectory, true);
    }
    return new HttpStore(server.uri("cache"));
  }

  @Override
  Path file(String name) {
    return serverDirectory.resolve("cache").resolve(name.replaceFirst("/[0-9a-f]{2}/", "/"));
  }
}
