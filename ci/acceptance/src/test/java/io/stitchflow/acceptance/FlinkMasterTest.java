package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.stitchflow.flink.FlinkCluster;
import io.stitchflow.transforms.ClusterException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client says of a {@code --flink-master} that is not a JobManager. */
class FlinkMasterTest {
  @Test
  void slots_nothingListens_saysThatTheConnectionIsRefused() {
    assertThatThrownBy(() -> slots("localhost:1"))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith("localhost:1: no JobManager answered (connection refused); start");
  }

  @Test
  void slots_unknownHost_saysThatItsNameIsUnknown() {
    assertThatThrownBy(() -> slots("no-such-host.invalid:8081"))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith(
            "no-such-host.invalid:8081: no JobManager answered (unknown host name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:0", "localhost:99999", "a_b:8081", "[local"})
  void slots_noHostAndPort_isRefusedWithTheValue(String master) {
    assertThatThrownBy(() -> slots(master))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("--flink-master: expected host:port")
        .hasMessageEndingWith("but was: '" + master + "'");
  }

  @Test
  void slots_answerWithoutEnd_isReadToALimit() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            while (true) {
              body.write(new byte[1 << 16]);
            }
          } catch (IOException e) {
            stopped.countDown(); // the client hung up
          }
        });
    server.start();
    try {
      String master = "127.0.0.1:" + server.getAddress().getPort();
      assertThatThrownBy(() -> slots(master))
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("/overview: the answer is larger than 16777216 bytes")
          .hasMessageContaining("--flink-master");
      stopped.await();
    } finally {
      server.stop(0);
    }
  }

  private static void slots(String master) throws IOException {
    var unused = new FlinkCluster().slots(master, 1);
  }
}
