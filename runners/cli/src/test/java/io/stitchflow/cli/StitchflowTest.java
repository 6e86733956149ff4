package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.RunnerOptions;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.Store;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.StageResult;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StitchflowTest {
  private static final Path PROGRAMS =
      Path.of("..", "..", "pipeline", "science", "src", "test", "resources")
          .resolve("io/stitchflow/network/program")
          .toAbsolutePath()
          .normalize();

  private static final String TINY =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 48 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 batch_size: 16 } }
      pair { sender: "a" receiver: "b" }
      condition: [TRAINED_TRAINED, RANDOM_TRAINED]
      cut: "stem"
      cut: "layer2.0"
      metric: ["accuracy", "mse", "cka", "controls"]
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { recipe { batch_size: 16 } }
      """;

  @TempDir Path directory;
  private final Screen screen = new Screen();
  private Path file = Path.of("");
  private Path store = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    file = Files.writeString(directory.resolve("tiny.textproto"), TINY);
    store = directory.resolve("store");
    out = directory.resolve("out");
  }

  @Test
  void run_twice_computesAllThenNothingAndEndsWithTheReport() throws IOException {
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString(), "--json"))
        .isEqualTo(ExitCode.DONE);
    String first = screen.out();
    assertThat(first)
        .startsWith("{\"experiment\":\"tiny\",")
        .contains("\"hit\":0,")
        .contains("\"failed\":0,")
        .endsWith("}\n");
    assertThat(screen.err())
        .contains("networks: 3 to run")
        .contains("Vanilla accuracy: a -> b")
        .contains("mean over all cells, test: trained_trained 0.")
        .contains("0 cached in ")
        .contains("report: " + out.resolve("report.html"));
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    assertThat(out.resolve("cells.csv")).isNotEmptyFile();
    assertThat(Files.readString(out.resolve("run.json")))
        .contains(
            "\"experiment\": \"tiny\"",
            "\"outcome\": \"ran\"",
            "\"seconds_saved\": 0.0",
            "\"libtorch\": \"2.7.1");
    byte[] report = Files.readAllBytes(out.resolve("report.html"));

    Screen again = new Screen();
    int code =
        again.execute(
            Map.of(), "run", file.toString(), "--store", store.toString(), "--out", out.toString());
    assertThat(code).isEqualTo(ExitCode.DONE);
    assertThat(again.err()).isEmpty();
    assertThat(again.out()).contains("tiny: 0 stages ran, ").contains("Vanilla accuracy: a -> b");
    assertThat(out.resolve("report.html")).hasBinaryContent(report);
    assertThat(Files.readString(out.resolve("run.json")))
        .contains("\"ran\": 0,")
        .doesNotContain("\"outcome\": \"ran\"");

    Screen plan = new Screen();
    assertThat(
            plan.execute(
                Map.of(),
                "plan",
                file.toString(),
                "--store",
                store.toString(),
                "--set",
                "copy.tolerance=1e-9"))
        .isEqualTo(ExitCode.DONE);
    assertThat(plan.out())
        .contains("8 copy stitches, least squares")
        .containsPattern("no result under key [0-9a-f]{8}: tolerance 1.0E-12 -> 1.0E-9\n")
        .containsPattern("tiny: \\d+ stages: \\d+ HIT, 8 RUN, 17 WAIT; a few seconds");
    assertRunIsRecordedOnce();
    assertStoreIsReadable();
  }

  /** The third run is answered without planning, the fourth must not be. */
  @Test
  void run_recordDeletedAfterCachedRuns_computesThatStageAgain() throws IOException {
    String[] run = {"run", "--store", store.toString(), "--out", out.toString()};
    for (int i = 0; i < 3; i++) {
      assertThat(execute(run[0], run[1], run[2], run[3], run[4])).isEqualTo(ExitCode.DONE);
    }
    assertThat(screen.out()).containsPattern("(?s)0 cached in .* 0 stages ran, .* 0 stages ran, ");
    assertThat(store.resolve("index")).isDirectoryContaining("glob:**.run");
    byte[] report = Files.readAllBytes(out.resolve("report.html"));
    String key = ask("ls", "--stage", "compare_stitches").substring(0, 8);
    Path folder = store.resolve("ac").resolve(key.substring(0, 2));
    try (Stream<Path> records = Files.list(folder)) {
      for (Path record :
          records.filter(each -> each.getFileName().toString().startsWith(key)).toList()) {
        Files.delete(record);
      }
    }
    Screen again = new Screen();
    assertThat(again.execute(Map.of(), run[0], file.toString(), run[1], run[2], run[3], run[4]))
        .isEqualTo(ExitCode.DONE);
    assertThat(again.out()).contains("tiny: 1 stages ran, ");
    assertThat(out.resolve("report.html")).hasBinaryContent(report);
    assertThat(Files.readString(out.resolve("run.json"))).contains("\"outcome\": \"ran\"");
  }

  /** A vision transformer, a program of maps and a ResNet: all nine pairs. */
  @Test
  void run_transformerBesideConvolutions_isStitchedIntoThemAndBack() throws IOException {
    Files.writeString(
        file,
        """
        name: "tokens"
        dataset { synthetic { train_examples: 64 test_examples: 32 } }
        network { name: "vit" program { directory: "PROGRAMS/vit" } cut: ["embed", "block1"] }
        network { name: "cnn" program { directory: "PROGRAMS/small" } cut: "two" }
        network { name: "resnet" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 } cut: "layer3.0" }
        condition: TRAINED_TRAINED
        vanilla { recipe { epochs: 1 } }
        front { weight: 1 recipe { epochs: 1 } }
        """
            .replace("PROGRAMS", PROGRAMS.toString()));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    String cells = Files.readString(out.resolve("cells.csv"));
    for (String row :
        List.of(
            "vit,embed,vit,block1",
            "vit,block1,cnn,two",
            "cnn,two,vit,embed",
            "vit,embed,resnet,layer3.0",
            "resnet,layer3.0,vit,block1",
            "cnn,two,resnet,layer3.0")) {
      assertThat(cells).contains("trained_trained," + row + ",least_squares,test,");
    }
    assertThat(ask("ls", "--stage", "collect_gram")).contains(", resampled to 17x1");
  }

  /** Described networks of spectrograms that are not square, and of vectors. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 6 10 | layer { name: "one" conv { channels: 4 kernel: 3 padding: 1 } } layer { name: "two" relu { } } layer { global_avg_pool { } } layer { linear { outputs: 3 } }
          7      | layer { name: "one" linear { outputs: 5 } } layer { name: "two" relu { } } layer { linear { outputs: 3 } }
          """)
  void run_describedNetworksOnTensors_reachTheReport(String shape, String layers)
      throws IOException {
    writeTensors("data", Stream.of(shape.split(" ")).map(Integer::valueOf).toList(), 3);
    Files.writeString(
        file,
        """
        name: "arrays"
        dataset { tensors { file: "data.safetensors" } normalization { from_train: true } }
        network { name: "a" seed: [1, 2] LAYERS recipe { epochs: 12 batch_size: 16 } }
        network { name: "input" representations { cut { name: "x" pixels { } } } }
        pair { sender: "a-s1" receiver: "a-s2" }
        pair { sender: "input" receiver: "a-s1" }
        condition: TRAINED_TRAINED
        vanilla { recipe { epochs: 1 } }
        front { weight: 1 recipe { epochs: 1 } }
        metric: ["accuracy", "mse", "front"]
        """
            .replace("LAYERS", layers));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("cells.csv"))
        .content()
        .contains("trained_trained,a-s1,one,a-s2,two,", "trained_trained,input,x,a-s1,one,");
    assertThat(out.resolve("report.html"))
        .content()
        .contains("tensors [" + shape.replace(" ", ", ") + "]");
    // Classes are far apart: a network that got other numbers than it was trained on would not know
    String key =
        ask("ls", "--stage", "train_network")
            .lines()
            .filter(line -> line.contains("seed 1, 12 epochs"))
            .findFirst()
            .orElseThrow()
            .substring(0, 8);
    Path exported = directory.resolve("exported");
    ask("export", key, "--to", exported.toString());
    assertThat(exported.resolve("training.csv")).content().contains("\ncorrect,test,,48\n");
    Screen again = new Screen();
    assertThat(
            again.execute(
                Map.of(),
                "run",
                file.toString(),
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(again.out()).contains("arrays: 0 stages ran, ");
  }

  /** Only the receiver's classes count: the sender's has others. */
  @Test
  void run_senderOfAnotherTask_reachesTheReport() throws IOException {
    writeTensors("data", List.of(7), 3);
    writeTensors("other", List.of(7), 5);
    String layers =
        "layer { name: \"one\" linear { outputs: 8 } } layer { name: \"two\" relu { } } layer { linear"
            + " { outputs: CLASSES } } recipe { epochs: 12 batch_size: 16 } ";
    String dataset =
        "dataset { tensors { file: \"FILE.safetensors\" } normalization { mean: ["
            + "120, ".repeat(6)
            + "120] std: ["
            + "20, ".repeat(6)
            + "20] } } ";
    Files.writeString(
        file,
        "name: \"tasks\" "
            + dataset.replace("FILE", "data")
            + " network { name: \"a\" "
            + layers.replace("CLASSES", "3")
            + "} network { name: \"b\" seed: 2 "
            + layers.replace("CLASSES", "5")
            + dataset.replace("FILE", "other")
            + """
            }
            vanilla { recipe { epochs: 1 } }
            front { weight: 1 recipe { epochs: 1 } }
            metric: ["accuracy", "mse", "front", "agreement"]
            """);
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    List<List<String>> rows =
        Files.readAllLines(out.resolve("cells.csv")).stream()
            .map(line -> List.of(line.split(",", -1)))
            .toList();
    int ofSender = rows.get(0).indexOf("vanilla_agrees_with_sender");
    int ofReceiver = rows.get(0).indexOf("vanilla_agrees_with_receiver");
    assertThat(rows.subList(1, rows.size()))
        .extracting(row -> row.get(1) + " -> " + row.get(3), row -> row.get(ofSender).isEmpty())
        .containsOnly(tuple("a -> a", false), tuple("b -> a", true));
    assertThat(rows.subList(1, rows.size()))
        .allMatch(row -> Double.parseDouble(row.get(ofReceiver)) >= 0);
    // All of its own test examples are right, of the five classes
    assertThat(out.resolve("report.html")).content().contains("1.0000 (48 of 48)");
    assertThat(ask("ls", "--stage", "import_dataset")).contains("2 records, ");
    writeTensors("wide", List.of(8), 5);
    Map<String, String> complaints =
        Map.of(
            "pair={sender: \"a\" receiver: \"b\"}",
            "pair[0].receiver: 'b' has a data set of its own",
            "network[1].dataset.tensors.file=wide.safetensors",
            "network[1].dataset: has examples [8] of FLOAT32, but in stitching the network gets those"
                + " of the experiment's data set, [7] of FLOAT32; choose data sets of one shape and"
                + " type");
    for (Map.Entry<String, String> complaint : complaints.entrySet()) {
      Screen refused = new Screen();
      assertThat(refused.execute(Map.of(), "plan", file.toString(), "--set", complaint.getKey()))
          .isEqualTo(ExitCode.INPUT);
      assertThat(refused.err()).contains(complaint.getValue());
    }
  }

  /** What another program sends belongs to the rows of the data set, wherever both name them. */
  @Test
  void run_senderWithIdentities_mustHaveTheRowsOfTheDataSet() throws IOException {
    writeTensors("data", List.of(7), 3, Map.of("train", identities(96), "test", identities(48)));
    Files.writeString(
        file,
        """
        name: "rows"
        dataset { tensors { file: "data.safetensors" } normalization { from_train: true } }
        network { name: "a" layer { name: "one" linear { outputs: 5 } } layer { linear { outputs: 3 } } recipe { epochs: 2 batch_size: 16 } }
        network { name: "s" representations { cut { name: "f" file { train: "sent.safetensors" test: "sent.safetensors" } } } }
        pair { sender: "s" receiver: "a" }
        condition: TRAINED_TRAINED
        representation { examples: 90 }
        vanilla { recipe { epochs: 1 } }
        front { weight: 1 recipe { epochs: 1 } }
        metric: ["accuracy", "mse", "front"]
        """);
    int[] swapped = identities(48);
    swapped[17] = 18;
    swapped[18] = 17;
    writeSent(identities(96), swapped);
    Screen refused = new Screen();
    assertThat(
            refused.execute(
                Map.of(),
                "run",
                file.toString(),
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.SOME_STAGES_FAILED);
    assertThat(refused.err())
        .contains(
            "row 17 has the identity 18, but the data set's row 17 has 17; write the rows in the"
                + " data set's order");
    // Stitches learn from the first 90 rows only
    int[] train = identities(96);
    train[90] = 0;
    writeSent(train, identities(48));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("cells.csv")).content().contains("trained_trained,s,f,a,one,");
  }

  private static int[] identities(int rows) {
    return IntStream.range(0, rows).toArray();
  }

  /** Representations [rows, 4] with identities of their rows. */
  private void writeSent(int[] train, int[] test) throws IOException {
    List<NamedTensor> arrays = new ArrayList<>();
    Map<String, int[]> splits = Map.of("train", train, "test", test);
    splits.forEach(
        (split, identities) -> {
          int rows = identities.length;
          ByteBuffer x = ByteBuffer.allocate(rows * 4 * Float.BYTES);
          x.order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < 4 * rows; i++) {
            x.putFloat((float) Math.sin(i));
          }
          arrays.add(new NamedTensor(split, Dtype.F32, List.of(rows, 4), x.flip()));
          arrays.add(numbers(split + ".id", identities));
        });
    Safetensors.write(directory.resolve("sent.safetensors"), arrays, new TreeMap<>());
  }

  private static NamedTensor numbers(String name, int... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    IntStream.of(numbers).forEach(bytes::putLong);
    return new NamedTensor(name, Dtype.I64, List.of(numbers.length), bytes.flip());
  }

  @Test
  void run_programOfTokensOnTensors_reachesTheReport() throws IOException {
    writeTensors("data", List.of(6, 5), 3);
    Files.writeString(
        file,
        """
        name: "tokens"
        dataset { tensors { file: "data.safetensors" } }
        network { name: "a" program { directory: "PROGRAMS/tokens" } }
        network { name: "b" program { directory: "PROGRAMS/tokens" mean: [0, 0, 0, 0, 0] std: [2, 2, 2, 2, 2] } }
        network { name: "input" representations { cut { name: "x" pixels { } } } }
        pair { sender: "a" receiver: "b" }
        pair { sender: "input" receiver: "a" }
        condition: TRAINED_TRAINED
        vanilla { recipe { epochs: 1 } }
        front { weight: 1 recipe { epochs: 1 } }
        metric: ["accuracy", "mse", "front"]
        """
            .replace("PROGRAMS", PROGRAMS.toString()));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("cells.csv"))
        .content()
        .contains("trained_trained,a,embed,b,mix,", "trained_trained,input,x,a,embed,");
    assertThat(ask("plan", file.toString())).contains("HIT");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst(
                "(?m)^network \\{ name: \"b\".*$",
                "network { name: \"b\" architecture: \"ResNet18\" }"));
    Screen refused = new Screen();
    assertThat(refused.execute(Map.of(), "plan", file.toString(), "--store", store.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(refused.err())
        .contains("takes images [channels, height, width], but the data set's examples are [6, 5]");
  }

  /** Each class has its own mean in each channel, or feature, far from 0. */
  private void writeTensors(String name, List<Integer> shape, int classes) throws IOException {
    writeTensors(name, shape, classes, Map.of());
  }

  /**
   * As above.
   *
   * @param identities of rows, by split
   */
  private void writeTensors(
      String name, List<Integer> shape, int classes, Map<String, int[]> identities)
      throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    int numbers = shape.stream().reduce(1, Math::multiplyExact);
    List<NamedTensor> arrays = new ArrayList<>();
    identities.forEach((split, rows) -> arrays.add(numbers(split + ".id", rows)));
    for (String split : List.of("train", "test")) {
      int rows = split.equals("train") ? 96 : 48;
      ByteBuffer x =
          ByteBuffer.allocate(rows * numbers * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer y = ByteBuffer.allocate(rows * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int row = 0; row < rows; row++) {
        int label = row % classes;
        y.putLong(label);
        for (int i = 0; i < numbers; i++) {
          int channel = i * shape.get(0) / numbers;
          double mean = (channel + label) % classes;
          x.putFloat((float) (100 + 20 * (mean + 0.2 * random.nextGaussian())));
        }
      }
      List<Integer> all = new ArrayList<>(List.of(rows));
      all.addAll(shape);
      arrays.add(new NamedTensor(split + ".x", Dtype.F32, all, x.flip()));
      arrays.add(new NamedTensor(split + ".y", Dtype.I64, List.of(rows), y.flip()));
    }
    Safetensors.write(directory.resolve(name + ".safetensors"), arrays, new TreeMap<>());
  }

  @Test
  void run_programBesideABuiltInNetwork_reachesTheReport() throws IOException {
    Files.writeString(
        file,
        TINY.replaceFirst(
                "(?m)^network \\{ name: \"b\".*$",
                "network { name: \"b\" program { directory: \""
                    + PROGRAMS.resolve("small")
                    + "\" random { directory: \""
                    + PROGRAMS.resolve("untrained")
                    + "\" } } }")
            .replace("pair { sender: \"a\" receiver: \"b\" }", "")
            .replace("cut: \"stem\"", "cut: [\"stem\", \"one\"]"));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("cells.csv"))
        .content()
        .contains("trained_trained,b,one,a,stem,", "random_trained,b,one,b,one,");
    assertThat(out.resolve("report.html"))
        .content()
        .contains("Sequential, program of 3 segments", "imported");
    assertThat(ask("ls", "--stage", "import_program"))
        .contains("Sequential, program of 3 segments");
    assertThat(ask("ls", "--stage", "fit_vanilla_stitch"))
        .contains("one of Sequential, program of 3 segments");
    Screen again = new Screen();
    assertThat(
            again.execute(
                Map.of(),
                "run",
                file.toString(),
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(again.out()).contains("tiny: 0 stages ran, ");
  }

  @Test
  void run_imageFolderOfTwelveClasses_reachesTheReport() throws IOException {
    for (int image = 0; image < 72; image++) {
      // Class by colour
      int label = image % 12;
      BufferedImage picture = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 40 * 36; i++) {
        picture.setRGB(i % 40, i / 40, 0x100804 * label + image);
      }
      Path folder = directory.resolve("pictures/train/class" + (char) ('a' + label));
      Files.createDirectories(folder);
      ImageIO.write(picture, "png", folder.resolve(image + ".png").toFile());
    }
    Files.writeString(
        file,
        TINY.replace(
            "synthetic { train_examples: 48 test_examples: 32 }",
            "image_folder { directory: \"pictures\" size: 24 } split { test { examples: 12 } validation {"
                + " fraction: 0.16666 } }"));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("report.html"))
        .content()
        .contains(
            "most frequent class, is 0.083",
            "image folder, resized to 24 x 24, 48 train + 12 validation + 12 test of its 72");
    assertThat(ask("ls", "--stage", "import_dataset"))
        .contains(
            "image folder, resized to 24 x 24, without test, split 48 train, 12 validation, 12 test, seed 1");
    Screen again = new Screen();
    assertThat(
            again.execute(
                Map.of(),
                "run",
                file.toString(),
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(again.out()).contains("tiny: 0 stages ran, ");
    Files.delete(directory.resolve("pictures/train/classa/0.png"));
    Screen plan = new Screen();
    assertThat(plan.execute(Map.of(), "plan", file.toString(), "--store", store.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(plan.out()).contains("import data set");
  }

  private void assertRunIsRecordedOnce() throws IOException {
    List<String> ids = RunFiles.ids(Store.open(store));
    assertThat(ids).hasSize(1);
    RunFiles files = RunFiles.at(Store.open(store), ids.get(0));
    assertThat(ids.get(0)).isEqualTo(RunFiles.id(files.read()));
    assertThat(files.readResults())
        .hasSize(files.read().getPlan().getStageCount())
        .allSatisfy(result -> assertThat(result.getOutcome()).isEqualTo(Outcome.HIT));
    Screen watch = new Screen();
    assertThat(watch.execute(Map.of(), "watch", ids.get(0), "--store", store.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(watch.err()).contains("was in one process and ended with it");
  }

  private void assertStoreIsReadable() throws IOException {
    String listed = ask("ls", "--stage", "train_network");
    assertThat(listed)
        .contains("ResNet(1,1,1,1)/2 seed 1, 1 epoch", "random ResNet(1,1,1,1)/2 seed 1", "[tiny]")
        .contains("3 records, ");
    String key =
        listed
            .lines()
            .filter(line -> line.contains("ResNet(1,1,1,1)/2 seed 2"))
            .findFirst()
            .orElseThrow()
            .substring(0, 8);
    assertThat(ask("show", key)).contains("train b").containsPattern("safetensors +present");
    assertThat(ask("lineage", key))
        .contains("\n  train: ", "data set synthetic, 48 train, 32 test");
    assertThat(ask("lineage", key, "--down")).contains("report tiny, 8 cells");
    assertThat(ask("stats")).containsPattern("compare_stitches +8 ").contains("recorded runs: 1; ");
    Path plain = directory.resolve("plain");
    assertThat(ask("export", key, "--to", plain.toString())).contains("wrote ");
    assertThat(plain.resolve("network.safetensors")).isNotEmptyFile();
    assertThat(Files.readString(plain.resolve("training.csv"))).contains("\nloss,train,1,");
    assertThat(Files.readString(plain.resolve("predictions.csv"))).contains("\ntest,31,");
    assertThat(ask("show", file.toString(), "train b")).isEqualTo(ask("show", key));
    assertThat(ask("export", file.toString(), "train b", "--to", plain.toString()))
        .contains("is there already " + plain.resolve("network.safetensors"));
    Path arrays = directory.resolve("arrays");
    ask("export", file.toString(), "data set", "--format", "npy", "--to", arrays.toString());
    assertThat(arrays)
        .isDirectoryContaining("glob:**test.npy")
        .isDirectoryContaining("glob:**test.label.npy");
    String comparison = ask("ls", "--stage", "compare_stitches").substring(0, 8);
    assertThat(ask("export", comparison, "--to", plain.toString())).contains("comparison.csv");
    assertThat(Files.readString(plain.resolve("comparison.csv")))
        .startsWith("split,examples,vanilla_accuracy,");

    assertThat(ask("why", file.toString(), "train b", "--set", "network[1].seed=5"))
        .startsWith("RUN   train b\n      compared with " + key)
        .endsWith("      seed 2 -> 5\n");
    assertThat(ask("why", file.toString(), "train a", "--set", "network[1].seed=5"))
        .isEqualTo("HIT   train a\n");
    assertThat(ask("why", file.toString(), "report", "--set", "network[1].seed=5"))
        .startsWith("WAIT  report\n")
        .contains("network[b].seed 2 -> 5")
        .contains(" is not known yet because train b: seed 2 -> 5\n");
    assertThat(ask("why", file.toString(), "--set", "copy.tolerance=1e-9"))
        .contains("RUN   copy a/stem -> b/stem\n      compared with ")
        .contains("      tolerance 1.0E-12 -> 1.0E-9\n");
    assertThat(
            ask(
                "why",
                file.toString(),
                "--set",
                "network[1].seed=5",
                "--set",
                "vanilla.recipe.epochs=2"))
        .containsPattern("RUN   .*\n      because seed 2 -> 5\n")
        .contains("WAIT  8 vanilla and front stitches, such as ")
        .contains("recipe.epochs 1 -> 2; train b: seed 2 -> 5\n");
    assertThat(ask("why", file.toString(), "--json", "--set", "network[1].seed=5"))
        .contains("{\"field\":\"seed\",\"from\":\"2\",\"to\":\"5\",\"because\":[]}");
    Screen ambiguous = new Screen();
    assertThat(
            ambiguous.execute(
                Map.of(), "why", file.toString(), "train", "--store", store.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(ambiguous.err()).contains("'train' matches the IDs of ");
  }

  private String ask(String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(List.of("--store", store.toString()));
    Screen asked = new Screen();
    assertThat(asked.execute(Map.of(), args.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    assertThat(asked.err()).isEmpty();
    return asked.out();
  }

  @Test
  void plan_emptyStore_saysWhatRunsAndWaitsAndWritesNothing() {
    assertThat(execute("plan", "--store", store.toString(), "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).contains("WAIT").contains("tiny: ").contains(" 0 HIT, 1 RUN, ");
    assertThat(screen.out())
        .contains(
            "{\"id\":\"import data set\",\"kind\":\"import_dataset\",\"state\":\"RUN\",\"reason\":\"no result under key ")
        .contains("\"stages\":{\"total\":");
    assertThat(store).doesNotExist();
  }

  @Test
  void codeInKeys_byOptionOrEnvironment_givesOtherKeysOnlyWhereAskedFor() {
    String plain = planned(Map.of());
    assertThat(planned(Map.of("STITCHFLOW_CODE_IN_KEYS", "0"))).isEqualTo(plain);
    String withCode = planned(Map.of("STITCHFLOW_CODE_IN_KEYS", "1"));
    assertThat(withCode).isNotEqualTo(plain);
    assertThat(planned(Map.of(), "--code-in-keys")).isEqualTo(withCode);
  }

  /** The plan's stages. */
  private String planned(Map<String, String> environment, String... options) {
    List<String> args = new ArrayList<>(List.of("plan", file.toString(), "--json"));
    args.addAll(List.of("--store", store.toString()));
    args.addAll(List.of(options));
    Screen plan = new Screen();
    assertThat(plan.execute(environment, args.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    String json = plan.out();
    return json.substring(0, json.indexOf("\"stages\":")); // the disk's free space may be another
  }

  @Test
  void run_quietWithEvents_writesAllStagesToTheFileAndNoProgress() throws IOException {
    Path events = directory.resolve("events.jsonl");
    String[] options = {
      "--store", store.toString(), "--out", out.toString(), "--set", "cut=[stem]", "--quiet"
    };
    List<String> withEvents = new ArrayList<>(List.of(options));
    withEvents.addAll(List.of("--events", events.toString()));
    assertThat(execute("run", withEvents.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).isEmpty();
    assertThat(screen.out()).contains("stages ran, 0 cached in ");
    List<String> lines = Files.readAllLines(events);
    int stages = Integer.parseInt(lines.get(0).replaceFirst(".*\"stages\":(\\d+),.*", "$1"));
    assertThat(lines.get(0)).contains("\"run\":{\"experiment\":\"tiny\"", "\"cached\":0}}");
    assertThat(lines).filteredOn(line -> line.contains("\"finished\":{")).hasSize(stages);
    assertThat(lines)
        .anyMatch(line -> line.contains("\"started\":{\"stage\":[\"train a\"]}"))
        .allMatch(line -> line.matches("\\{\"time\":\"[-0-9T:.]+Z\",\"[a-z]+\":\\{.*}}"));
    assertThat(lines.get(lines.size() - 1))
        .contains("\"ended\":{\"experiment\":\"tiny\"", "\"ran\":" + stages, "\"exit_code\":0}}");

    Screen again = new Screen();
    List<String> toOut = new ArrayList<>(List.of("run", file.toString()));
    toOut.addAll(List.of(options));
    toOut.addAll(List.of("--events", "-"));
    assertThat(again.execute(Map.of(), toOut.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    assertThat(again.err()).contains("tiny: 0 stages ran, " + stages + " cached in ");
    assertThat(again.out().lines())
        .hasSize(stages + 2)
        .allMatch(line -> line.startsWith("{\"time\""));
    assertThat(again.out()).contains("\"outcome\":\"hit\"");
  }

  @Test
  void run_eventsBesideJsonOnStandardOutput_isAnInputError() {
    assertThat(execute("run", "--store", store.toString(), "--json", "--events", "-"))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("--events - cannot be combined with --json");
    assertThat(store).doesNotExist();
  }

  @Test
  void run_oneStageFails_othersFinishAndItIsNamed() throws IOException {
    // A label above 9 is found when the data set is imported, not before
    Path cifar10 = Files.createDirectories(directory.resolve("cifar"));
    for (String name :
        new String[] {
          "data_batch_1",
          "data_batch_2",
          "data_batch_3",
          "data_batch_4",
          "data_batch_5",
          "test_batch"
        }) {
      byte[] records = new byte[3073 * 20];
      records[0] = 77;
      Files.write(cifar10.resolve(name + ".bin"), records);
    }
    int code =
        execute(
            "run",
            "--store",
            store.toString(),
            "--out",
            out.toString(),
            "--set",
            "dataset.cifar10.directory=" + cifar10);
    assertThat(code).isEqualTo(ExitCode.SOME_STAGES_FAILED);
    assertThat(screen.err()).contains("failed: import data set: ");
    assertThat(screen.out())
        .contains("failed: import data set: ")
        .contains("77")
        .containsPattern("skipped: \\d+ stages that depend on failed ones; run.json names them\n")
        .contains("tiny: 0 stages ran, 0 cached, 1 failed, ")
        .contains("no report, since stages failed");
    assertThat(Files.readString(out.resolve("run.json")))
        .contains("\"report\": null", "\"outcome\": \"skipped\"");
    Store kept = Store.open(store);
    assertThat(RunFiles.at(kept, RunFiles.ids(kept).get(0)).readResults())
        .extracting(StageResult::getOutcome)
        .contains(Outcome.FAILED, Outcome.SKIPPED)
        .doesNotContain(Outcome.RAN, Outcome.HIT);
  }

  @Test
  void run_oneNetworkFails_reportsTheCellsOfTheOthers() throws IOException {
    Files.writeString(
        file,
        """
        name: "incomplete"
        dataset { synthetic { train_examples: 64 test_examples: 32 } }
        network { name: "good" program { directory: "PROGRAMS/small" } cut: "two" }
        network {
          name: "bad"
          program {
            segment { name: "one" file: "PROGRAMS/small/one.pt" shape: [4, 32, 32] }
            segment { name: "part" file: "PROGRAMS/dropout_on.pt" shape: [4, 32, 32] }
            segment { name: "two" file: "PROGRAMS/small/two.pt" shape: [6, 16, 16] }
            segment { name: "head" file: "PROGRAMS/small/head.pt" }
          }
          cut: "two"
        }
        condition: TRAINED_TRAINED
        vanilla { recipe { epochs: 1 } }
        front { weight: 1 recipe { epochs: 1 } }
        """
            .replace("PROGRAMS", PROGRAMS.toString()));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.SOME_STAGES_FAILED);
    assertThat(screen.out())
        .contains("failed: train bad: segment 'part' gives two answers")
        .contains(
            "This report is incomplete: 3 of 4 cells are missing: they were not computed, or their stages failed.")
        .contains("report: " + out.resolve("report.html"));
    assertThat(out.resolve("cells.csv"))
        .content()
        .contains("trained_trained,good,two,good,two,")
        .doesNotContain("bad");
    assertThat(out.resolve("report.html")).content().contains("This report is incomplete: 3 of 4");
    Screen again = new Screen();
    assertThat(
            again.execute(
                Map.of(),
                "run",
                file.toString(),
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.SOME_STAGES_FAILED);
    assertThat(again.out()).contains("report: " + out.resolve("report.html"));
  }

  @Test
  void run_experimentWrong_reportsAllProblemsAndTouchesNothing() throws IOException {
    Files.writeString(
        file, TINY.replace("width: 2", "width: 2000").replace("\"stem\"", "\"stern\""));
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":3:53: network[0].width: is 2000; "),
            line -> assertThat(line).startsWith(file + ":4:53: network[1].width: is 2000; "),
            line ->
                assertThat(line)
                    .startsWith(
                        file + ":7:1: cut[0]: no network has a cut 'stern'; did you mean 'stem'?"));
    assertThat(screen.out()).isEmpty();
    assertThat(store).doesNotExist();
    assertThat(out).doesNotExist();
  }

  @Test
  void run_storeIsAFile_isTheStoresFault() throws IOException {
    Files.writeString(store, "not a store");
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.STORE);
    assertThat(screen.err())
        .startsWith("stitchflow: ")
        .contains(store.toString())
        .doesNotContain("\tat ");
  }

  @Test
  void run_outIsAFile_isAnInputError() throws IOException {
    Files.writeString(out, "in the way");
    assertThat(execute("run", "--store", store.toString(), "--out", out.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .startsWith("stitchflow: " + out + ": cannot be made a directory")
        .contains("choose another with --out");
  }

  @Test
  void run_runnerOptionsThatContradict_areInputErrorsBeforeAnythingIsTouched() {
    assertRefused("--flink-master, --parallelism and --detach require --runner flink", "--detach");
    assertRefused("--runner flink requires --flink-master", "--runner", "flink");
    for (String parallelism : new String[] {"0", "-1"}) {
      assertRefused(
          "--parallelism: must be at least 1, but was " + parallelism,
          "--runner=flink",
          "--flink-master=[local]",
          "--parallelism=" + parallelism);
    }
    assertRefused("--runner: there is no 'x' here", "--runner=x", "--flink-master=localhost:1");
    assertRefused(
        "--detach: not possible with --flink-master [local]",
        "--runner=flink",
        "--flink-master=[local]",
        "--detach");
    assertRefused("--device: unknown device 'tpu'; choose cpu, cuda", "--device", "tpu");
  }

  private void assertRefused(String message, String... options) {
    List<String> more = new ArrayList<>(List.of(options));
    more.addAll(List.of("--store", store.toString(), "--out", out.toString()));
    assertThat(execute("run", more.toArray(String[]::new))).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("stitchflow: " + message).doesNotContain("\tat ");
    assertThat(store).doesNotExist();
    assertThat(out).doesNotExist();
  }

  @Test
  void flinkMaster_notAnAddress_isRefused() {
    for (String master :
        new String[] {
          "x", "x:", "x:0", "x:65536", "x:99999999999", ":8081", "http://x:8081", "x:y"
        }) {
      assertThatThrownBy(() -> RunnerOptions.checkMaster(master))
          .as(master)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("--flink-master: needs HOST:PORT")
          .hasMessageEndingWith("but was: '" + master + "'");
    }
    assertThatCode(() -> RunnerOptions.checkMaster("[local]")).doesNotThrowAnyException();
    assertThatCode(() -> RunnerOptions.checkMaster("job-manager.x:8081"))
        .doesNotThrowAnyException();
  }

  @Test
  void run_downloadThatCannotBeReached_makesNothing() {
    assertRefused("", "--set", "dataset.cifar10.url=http://127.0.0.1:1/x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "run", "stats", "gc"})
  void store_placeWhereNoneCanBe_isTheStoresFaultOfEachCommand(String command) throws IOException {
    Path loop = directory.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    Path nowhere = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    for (String place :
        new String[] {
          file + "/x",
          file + "/x/y",
          loop.toString(),
          loop + "/x",
          nowhere.toString(),
          "javascript:alert(1)",
          "file:///tmp/x",
          "s3:/bucket",
          directory + "/" + "n".repeat(300)
        }) {
      Screen refused = new Screen();
      List<String> args = new ArrayList<>(List.of(command, "--store", place));
      if (command.equals("plan") || command.equals("run")) {
        args.add(file.toString());
      }
      assertThat(refused.execute(Map.of(), args.toArray(String[]::new)))
          .as(place + refused.err())
          .isEqualTo(ExitCode.STORE);
      assertThat(refused.err()).startsWith("stitchflow: ").doesNotContain("Exception");
    }
  }

  @Test
  void run_onFlinkWithoutItsJars_saysHowToStart() {
    assertThat(
            execute(
                "run",
                "--runner=flink",
                "--flink-master=localhost:1",
                "--store",
                store.toString(),
                "--out",
                out.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("start through runners/stitchflow for flink");
  }

  @Test
  void watch_unknownRun_isAnInputError() {
    assertThat(screen.execute(Map.of(), "watch", "nonsense", "--store", store.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("32 lower-case hexadecimal digits, but was: 'nonsense'");
    String id = "0123456789abcdef0123456789abcdef";
    assertThat(screen.execute(Map.of(), "watch", id, "--store", store.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(store + ": has no run " + id);
    assertThat(store).doesNotExist();
  }

  @Test
  void options_wrong_areReportedWithHelp() {
    assertThat(screen.execute(Map.of(), "run")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("stitchflow: Missing required parameter: 'FILE'")
        .contains("See stitchflow run --help.");
    assertThat(screen.execute(Map.of(), "rum")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.execute(Map.of())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("which command? choose run, plan, validate, watch, report, why, runs, ls, ");
    assertThat(screen.execute(Map.of(), "ls", "@/dev/zero")).isEqualTo(ExitCode.INPUT);
  }

  @Test
  void options_withControlCharacters_areReportedEscaped() {
    for (String argument :
        new String[] {"\u001b[2J", "--\u202ex", "--store=\u0000", "--out=a\u0000b"}) {
      Screen refused = new Screen();
      assertThat(refused.execute(Map.of(), "run", file.toString(), argument))
          .isEqualTo(ExitCode.INPUT);
      assertThat(refused.err())
          .contains("\\u")
          .doesNotContain("\u001b", "\u202e", "\u0000", "Exception");
    }
  }

  @Test
  void run_remoteStoreUnreachable_continuesAndSaysSo() {
    String remote = "http://127.0.0.1:1/cache?local=" + store;
    assertThat(execute("run", "--store", remote, "--out", out.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("report: " + out.resolve("report.html"));
    assertThat(screen.err())
        .contains("stitchflow: warning: http://127.0.0.1:1/cache: could not be read")
        .contains("stitchflow: warning: http://127.0.0.1:1/cache: could not be written")
        .contains("those results are in " + store + " only");
  }

  @Test
  void store_uriIsWrong_isRefusedAsTheStores() {
    for (String uri : new String[] {"ftp://host/x", "s3://me:hunter2@bucket", "s3://b/x?nope=1"}) {
      Screen refused = new Screen();
      assertThat(refused.execute(Map.of(), "plan", file.toString(), "--store", uri))
          .as(uri)
          .isEqualTo(ExitCode.STORE);
      assertThat(refused.err()).startsWith("stitchflow: ").doesNotContain("hunter2");
    }
  }

  @Test
  void help_andVersion_areResults() {
    assertThat(screen.execute(Map.of(), "--help")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .contains("Exit codes:", "run", "plan", "lineage", "4     some stages failed");
    assertThat(screen.execute(Map.of(), "--version")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("DJL 0.36.0, libtorch 2.7.1", "Beam 2.70.0");
    assertThat(screen.err()).isEmpty();
  }

  private int execute(String command, String... more) {
    String[] args = new String[more.length + 2];
    args[0] = command;
    args[1] = file.toString();
    System.arraycopy(more, 0, args, 2, more.length);
    return screen.execute(Map.of(), args);
  }
}
