package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the documents in the order in which a reader meets them, in a new home
 * directory.
 */
final class TutorialTest {
  private static final String COMMANDS = "pipeline/docs/reference-commands.md";
  private static final List<String> DOCUMENTS =
      List.of(
          "README.md",
          COMMANDS,
          "runners/cli/README.md",
          "pipeline/docs/architecture.md",
          "pipeline/docs/glossary.md",
          "pipeline/docs/extending.md",
          "artifacts/README.md",
          "pipeline/science/README.md",
          ".github/CONTRIBUTING.md");
  private static final String QUICKSTART = "proto/examples/quickstart.textproto";

  /**
   * Commands that need a Flink cluster, which {@code FlinkTest} runs, a GPU, or a download of
   * gigabytes, for which {@code SetupCommandTest} has small ones.
   */
  private static final List<String> ONLY_PARSED =
      List.of("--runner flink", "watch ID", "setup", "--device cuda");

  /** Fields that make an example take seconds, unless the command sets them itself. */
  private static final Map<String, String> SMALL =
      Map.of(
          "network[0].width", "2",
          "network[1].width", "2",
          "network[0].recipe.epochs", "1",
          "network[1].recipe.epochs", "1",
          "network[0].recipe.batch_size", "16",
          "network[1].recipe.batch_size", "16",
          "vanilla.recipe.epochs", "1",
          "representation.examples", "64",
          "cut", "[stem, layer3.0]");

  private static final Map<String, String> SMALL_IMAGES =
      Map.of("dataset.synthetic.train_examples", "64", "dataset.synthetic.test_examples", "32");

  private static final Pattern KEY = Pattern.compile("\"key\": ?\"([0-9a-f]{64})\"");
  private static final Pattern RUN = Pattern.compile("\"run\":\"([0-9a-f]{32})\"");
  private static final int RECORD = 3073;

  @TempDir Path directory;
  private Map<String, String> environment = Map.of();
  private int exported;

  @BeforeEach
  void prepareHome() {
    environment = Map.of("HOME", directory.toString());
  }

  @Test
  void commands_inOrderWithSmallExamples_doWhatTheDocumentsSay() throws IOException {
    writeCifar10();
    int ran = 0;
    for (String document : DOCUMENTS) {
      List<DocumentCommand> commands = new ArrayList<>();
      if (document.equals(COMMANDS)) {
        commands.addAll(DocumentCommand.inTable(document));
        assertThat(commands).hasSizeGreaterThan(12);
      }
      commands.addAll(DocumentCommand.inBlocks(document));
      for (DocumentCommand command : commands) {
        String written = String.join(" ", command.words());
        if (ONLY_PARSED.stream().anyMatch(written::contains)) {
          assertThatCode(() -> parse(command)).as(written).doesNotThrowAnyException();
        } else {
          run(command, small(substituted(command.words())));
          ran++;
        }
      }
    }
    assertThat(ran).isGreaterThan(30);
    assertThat(directory.resolve("stitchflow-out/quickstart"))
        .isDirectoryContaining("glob:**report.html")
        .isDirectoryContaining("glob:**answer.txt")
        .isDirectoryContaining("glob:**cells.csv")
        .isDirectoryContaining("glob:**cells.arrow")
        .isDirectoryContaining("glob:**run.json");
    assertThat(directory.resolve("networks/a"))
        .isDirectoryContaining("glob:**network.safetensors")
        .isDirectoryContaining("glob:**predictions.csv")
        .isDirectoryContaining("glob:**training.csv");
  }

  @Test
  @Tag("nightly")
  void quickstart_atItsOwnSize_runsAsTheReadmeSays() throws IOException {
    for (DocumentCommand command : DocumentCommand.inBlocks("README.md")) {
      if (command.words().contains(QUICKSTART) && !command.words().contains("flink")) {
        run(command, substituted(command.words()));
      }
    }
    assertThat(directory.resolve("stitchflow-out/quickstart/report.html")).isNotEmptyFile();
  }

  private void run(DocumentCommand command, List<String> words) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.putAll(command.environment());
    List<String> arguments = new ArrayList<>(words);
    if (List.of("run", "report").contains(words.get(0)) && !words.contains("--out")) {
      // In the working directory otherwise, which a JVM cannot change
      Path file = Path.of(words.get(1));
      String name = file.getFileName().toString().replace(".textproto", "");
      arguments.addAll(
          List.of("--force", "--out", directory.resolve("stitchflow-out/" + name).toString()));
    }
    Screen screen = new Screen();
    int code = screen.execute(variables, arguments.toArray(String[]::new));
    assertThat(code)
        .as("%s%n%s%n%s%n%s", command, arguments, screen.out(), screen.err())
        .isEqualTo(ExitCode.DONE);
  }

  /** With values in place of what a document leaves to its reader. */
  private List<String> substituted(List<String> words) {
    Map<String, String> table = new LinkedHashMap<>();
    table.put("dataset.cifar10.directory=DIR", "dataset.cifar10.directory=" + directory("cifar10"));
    table.put("FILE", DocumentCommand.ROOT.resolve(QUICKSTART).toString());
    table.put("[FILE]", directory("experiment"));
    // export never overwrites what another result left
    boolean exports = words.get(0).equals("export");
    table.put("DIR", directory(exports ? "exported-" + exported++ : "directory"));
    table.put("networks/a", directory("networks/a"));
    table.put("NAME", "kept");
    for (String report : List.of("A", "stitchflow-out/a", "stitchflow-out/b")) {
      table.put(report, directory("stitchflow-out/quickstart"));
    }
    table.put("KEY\\|DIGEST\\|FILE", DocumentCommand.ROOT.resolve(QUICKSTART).toString());
    table.put("FILE\\|KEY", DocumentCommand.ROOT.resolve(QUICKSTART).toString());
    table.put("[STAGE]", "train a");
    table.put("SHELL", "bash");
    table.put("/tmp/store", directory("tmp/store"));
    table.put("/tmp/out", directory("tmp/out"));
    table.put("/data/stitchflow", directory("data/stitchflow"));
    List<String> substituted = new ArrayList<>();
    for (String word : words) {
      String value =
          switch (word) {
            case "KEY", "3f9a1c" -> trainedNetwork();
            case "ID", "B", "e07b52" -> recordedRun();
            default ->
                word.startsWith("proto/")
                    ? DocumentCommand.ROOT.resolve(word).toString()
                    : table.getOrDefault(word, word);
          };
      substituted.add(value);
    }
    return substituted;
  }

  private String directory(String name) {
    return directory.resolve(name).toString();
  }

  /** The command with {@code --set} options that make its experiment small. */
  private static List<String> small(List<String> words) {
    List<String> small = new ArrayList<>(words);
    Map<String, String> fields = new TreeMap<>();
    if (words.stream().anyMatch(word -> word.endsWith(".textproto"))) {
      fields.putAll(SMALL);
    }
    if (words.stream().anyMatch(word -> word.endsWith(QUICKSTART))) {
      fields.putAll(SMALL_IMAGES);
    }
    fields.forEach(
        (field, value) -> {
          if (words.stream().noneMatch(word -> word.startsWith(field + "="))) {
            small.addAll(List.of("--set", field + "=" + value));
          }
        });
    return small;
  }

  /** The first digits of the key of a trained network in the store. */
  private String trainedNetwork() {
    Screen screen = new Screen();
    screen.execute(environment, "ls", "--stage", "train_network", "--json");
    Matcher key = KEY.matcher(screen.out());
    assertThat(key.find()).as(screen.out() + screen.err()).isTrue();
    return key.group(1).substring(0, 12);
  }

  /** The ID of the newest run in the store. */
  private String recordedRun() {
    Screen screen = new Screen();
    screen.execute(environment, "runs", "--json");
    Matcher id = RUN.matcher(screen.out());
    assertThat(id.find()).as(screen.out() + screen.err()).isTrue();
    return id.group(1);
  }

  /** The six files of CIFAR-10, of 20 images each. */
  private void writeCifar10() throws IOException {
    Path cifar10 = Files.createDirectories(directory.resolve("cifar10"));
    Random random = new Random(1);
    for (String name :
        List.of(
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
            "test_batch")) {
      byte[] records = new byte[20 * RECORD];
      random.nextBytes(records);
      for (int i = 0; i < 20; i++) {
        records[i * RECORD] = (byte) (i % 10);
      }
      Files.write(cifar10.resolve(name + ".bin"), records);
    }
  }

  private static void parse(DocumentCommand command) {
    String[] arguments = command.words().toArray(String[]::new);
    Stitchflow.line(new Screen().terminal(false), Map.of(), arguments).parseArgs(arguments);
  }
}
