package io.stitchflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetDownloadTest {
  @TempDir Path directory;
  private final Screen screen = new Screen();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private String url = "";
  private Path file = Path.of("");

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort() + "/cifar-100-binary.tar.gz";
    file =
        Files.writeString(
            directory.resolve("cifar100.textproto"),
            """
            name: "hundred"
            dataset { cifar100 { } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 }
            """);
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void plan_ofADataSetToDownload_asksForNothing() {
    assertThat(execute("plan")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("import data set").contains("1 RUN");
    assertThat(asked).hasValue(0);
    assertThat(directory.resolve("cache/stitchflow/datasets")).doesNotExist();
  }

  @Test
  void run_downloadNotToBeHad_isTheUsersToMend() {
    assertThat(execute("run")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("CIFAR-100: downloading " + url)
        .contains("CIFAR-100: " + url + " answers with status 404")
        .contains("download cifar-100-binary.tar.gz in another way, unpack it")
        .doesNotContain("Exception");
    assertThat(asked).hasValue(1);
  }

  @Test
  void run_placeNotWritable_isReported() throws IOException {
    Path cache = Files.createDirectories(directory.resolve("cache/stitchflow"));
    Files.writeString(cache.resolve("datasets"), "a file where a folder should be");
    assertThat(execute("run")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("CIFAR-100 cannot be kept in " + cache.resolve("datasets"))
        .contains("choose another place by XDG_CACHE_HOME");
    assertThat(asked).hasValue(0);
  }

  private int execute(String command) {
    return screen.execute(
        Map.of("XDG_CACHE_HOME", directory.resolve("cache").toString()),
        command,
        file.toString(),
        "--store",
        directory.resolve("store").toString(),
        "--out",
        directory.resolve("out").toString(),
        "--set",
        "dataset.cifar100.url=" + url);
  }
}
