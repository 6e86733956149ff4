package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code init-store}, and what commands that only read do to a store. */
class InitStoreCommandTest {
  private static final String TINY =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 48 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
      pair { sender: "a" receiver: "a" }
      condition: [TRAINED_TRAINED]
      cut: "layer2.0"
      metric: ["accuracy", "mse", "cka", "controls"]
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { recipe { batch_size: 16 } }
      """;

  @TempDir Path directory;
  private Screen screen = new Screen();

  @Test
  void initStore_withoutShared_makesAPrivateStore() throws IOException {
    Path root = directory.resolve("store");

    assertThat(execute("init-store", "--store", root.toString())).isEqualTo(ExitCode.DONE);

    assertThat(screen.out()).isEqualTo(root + ": is private to its owner\n");
    assertThat(mode(root)).isEqualTo("700");
    assertThat(root.resolve("FORMAT")).exists();
  }

  @Test
  void initStore_shared_opensItToTheGroupAndSaysWhich() throws IOException {
    Path root = directory.resolve("store");
    Store.open(root).put("weights".getBytes(StandardCharsets.UTF_8));

    for (int i = 0; i < 2; i++) {
      assertThat(execute("init-store", "--shared", "--json", "--store", root.toString()))
          .isEqualTo(ExitCode.DONE);
      assertThat(screen.out()).contains("\"shared\":true").contains("\"group\":\"");
      assertThat(screen.err()).contains(root + ": is shared by the group '");
    }

    assertThat(mode(root)).isEqualTo("2770");
    assertThat(mode(root.resolve("cas"))).isEqualTo("2770");
    assertThat(execute("init-store", "--store", root.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).isEqualTo(root + ": is shared by its group already\n");
  }

  @Test
  void initStore_noPlaceForAStore_isRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("e.textproto"), TINY);

    assertThat(execute("init-store", "--shared", "--store", file + "/x")).isEqualTo(ExitCode.STORE);
    assertThat(screen.err()).contains(file + ": is not a directory");
    assertThat(execute("init-store", "--store", "s3://bucket")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("only a directory of this machine");
  }

  @Test
  void plan_placeWhereNoStoreCanBe_isRefusedBeforeAnythingRuns() throws IOException {
    Path file = Files.writeString(directory.resolve("e.textproto"), TINY);
    Path loop = Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));

    for (String command : List.of("plan", "run")) {
      assertThat(execute(command, file.toString(), "--store", file + "/x"))
          .isEqualTo(ExitCode.STORE);
      assertThat(screen.err()).contains(file + ": is not a directory").doesNotContain("Exception");
      assertThat(execute(command, file.toString(), "--store", loop.toString()))
          .isEqualTo(ExitCode.STORE);
      assertThat(screen.err()).contains(loop + ": its symbolic links form a loop");
    }
  }

  @Test
  void readingCommands_noStore_makeNone() throws IOException {
    Path file = Files.writeString(directory.resolve("e.textproto"), TINY);
    Path root = directory.resolve("store");

    execute("plan", file.toString(), "--store", root.toString());
    for (String command : List.of("ls", "stats", "verify", "gc")) {
      execute(command, "--store", root.toString());
      assertThat(root).as(command).doesNotExist();
    }
    execute("why", file.toString(), "--store", root.toString());
    assertThat(root).doesNotExist();
  }

  @Test
  void readingCommands_store_lockAndMakeNothing() throws IOException {
    Path file = Files.writeString(directory.resolve("e.textproto"), TINY);
    Path root = directory.resolve("store");
    Store.open(root).put("weights".getBytes(StandardCharsets.UTF_8));
    List<String> before = entries(root);

    for (List<String> command :
        List.of(
            List.of("plan", file.toString()),
            List.of("ls"),
            List.of("stats"),
            List.of("verify"),
            List.of("gc", "--dry-run"))) {
      String[] args =
          Stream.concat(command.stream(), Stream.of("--store", root.toString()))
              .toArray(String[]::new);
      assertThat(execute(args)).as("%s", command).isEqualTo(ExitCode.DONE);
      assertThat(entries(root)).as("%s", command).isEqualTo(before);
    }
  }

  private int execute(String... args) {
    screen = new Screen();
    return Stitchflow.execute(screen.terminal(false), Map.of(), args);
  }

  private static List<String> entries(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(Path::toString).sorted().toList();
    }
  }

  private static String mode(Path path) throws IOException {
    return Integer.toOctalString((Integer) Files.getAttribute(path, "unix:mode") & 07777);
  }
}
