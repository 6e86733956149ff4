package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.gc.Pins;
import io.stitchflow.memo.Memo;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.TrainNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PinsCommandTest {
  @TempDir Path directory;
  private Path root = Path.of("");
  private Store store;
  private Screen screen = new Screen();

  @BeforeEach
  void openStore() throws IOException {
    root = directory.resolve("store");
    store = Store.open(root);
  }

  @Test
  void pins_several_areATableByName() throws IOException {
    Digest first = publish(1, "1234567");
    Digest second = publish(2, "12345");
    Digest same = publish(3, "12345");
    new Pins(store).pin("paper", List.of(first, second, same));
    new Pins(store).pin("gone", List.of(Digest.of(new byte[] {1})));

    assertThat(pins()).isEqualTo(ExitCode.DONE);

    assertThat(screen.out())
        .isEqualTo(
            """
            pin    results  missing  size
            gone         1        1   0 B
            paper        3        0  12 B
            """);
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void pins_json_hasTheKeys() throws IOException {
    Digest key = publish(1, "1234567");
    new Pins(store).pin("paper", List.of(key));

    assertThat(pins("--json")).isEqualTo(ExitCode.DONE);

    assertThat(screen.out())
        .isEqualTo(
            "{\"store\":\""
                + root
                + "\",\"pin\":[{\"name\":\"paper\",\"results\":1,\"missing\":0,\"bytes\":7,"
                + "\"key\":[\""
                + key.hex()
                + "\"]}]}\n");
    assertThat(screen.err()).startsWith("pin ");
  }

  @Test
  void pins_noStore_saysHowToCreateOneAndMakesNothing() {
    assertThat(pins()).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .isEqualTo(root + ": has 0 pins; 'stitchflow pin NAME FILE' creates one\n");
    assertThat(root).doesNotExist();
  }

  @Test
  void pins_damagedPin_isTheStoresFault() throws IOException {
    new Pins(store).pin("paper", List.of(publish(1, "1")));
    Files.writeString(root.resolve("pins/paper"), "damaged");
    assertThat(pins()).isEqualTo(ExitCode.STORE);
    assertThat(screen.err()).contains("pins/paper: is damaged").contains("unpin it");
  }

  private Digest publish(int seed, String content) throws IOException {
    Action action =
        Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setSeed(seed)).build();
    var unused =
        new Memo(store)
            .get(
                List.of(new Memo.Request(action, 1, false, List.of())),
                (runs, progress) -> Files.writeString(runs.get(0).output("network"), content),
                store::open,
                share -> {});
    return ActionKeys.key(action);
  }

  private int pins(String... options) {
    screen = new Screen();
    String[] args = new String[options.length + 3];
    args[0] = "pins";
    args[1] = "--store";
    args[2] = root.toString();
    System.arraycopy(options, 0, args, 3, options.length);
    return screen.execute(Map.of(), args);
  }
}
