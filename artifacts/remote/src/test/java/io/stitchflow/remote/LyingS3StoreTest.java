package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteUri;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class LyingS3StoreTest extends LyingStoreContract {
  @TempDir static Path serverDirectory;
  private static S3Server honest;
  private static LyingServer server;

  @BeforeAll
  static void startServers() throws Exception {
    honest = S3Server.start(serverDirectory);
    server = LyingServer.before(URI.create(honest.endpoint()).getPort());
  }

  @AfterAll
  static void stopServers() throws IOException {
    server.close();
    honest.close();
  }

  @Override
  LyingServer server() {
    return server;
  }

  @Override
  RemoteStore connect(String place, HttpLimits limits) throws IOException {
    String uri =
        "s3://"
            + S3Server.BUCKET
            + "/"
            + place.replace(' ', '-')
            + "?endpoint=http://127.0.0.1:"
            + server.port();
    return S3Store.at(RemoteUri.parse(uri), limits);
  }
}
