package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Preset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class InitCommandTest {
  private static final List<List<String>> NETWORKS =
      List.of(
          List.of(),
          List.of("ResNet18"),
          List.of("ResNet(1,2,1,1)", "PlainNet34", "ResNet(1,2,1,1)"));

  /** A field at its default: {@code # seed: [1] # ...}. */
  private static final Pattern UNSET =
      Pattern.compile("(?m)^( *)# ([a-z_]+: .*  # .* Default: .*)$");

  /** A line that has a field and no comment. */
  private static final Pattern UNCOMMENTED = Pattern.compile(" *[a-z_]+: [^#]*");

  @TempDir Path directory;
  private Path file = Path.of("");
  private Screen screen = new Screen();

  @BeforeEach
  void nameFile() {
    file = directory.resolve("mine.textproto");
  }

  static Stream<String> kinds() {
    return DatasetKinds.builtIn().stream().map(DatasetKind::name);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void init_everyPresetAndNetwork_passesValidateAndShowsTheDefaults(String kind) throws Exception {
    for (Preset preset : Preset.values()) {
      if (preset != Preset.PRESET_UNSPECIFIED && preset != Preset.UNRECOGNIZED) {
        for (List<String> networks : NETWORKS) {
          List<String> args = new ArrayList<>(data(kind));
          args.addAll(List.of("--dataset", kind, "--preset", preset.name(), "--force"));
          networks.forEach(network -> args.addAll(List.of("--network", network)));

          assertThat(init(args)).as("%s: %s", args, screen.err()).isEqualTo(ExitCode.DONE);

          assertValid(args);
          assertShowsDefaults();
        }
      }
    }
  }

  private void assertValid(List<String> args) {
    screen = new Screen();
    Map<String, String> home = Map.of("HOME", directory.toString());
    assertThat(screen.execute(home, "validate", file.toString()))
        .as("%s: %s", args, screen.err())
        .isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).startsWith(file + ": valid: mine: ");
  }

  /** The file says the same with all of its defaults set. */
  private void assertShowsDefaults() throws IOException, InvalidExperimentException {
    String text = Files.readString(file);
    assertThat(text.lines()).noneMatch(UNCOMMENTED.asMatchPredicate());
    assertThat(UNSET.matcher(text).results().count()).isGreaterThan(30);
    String explicit = UNSET.matcher(text).replaceAll("$1$2");
    Experiment before = ExperimentFile.check(file, text).experiment();
    assertThat(ExperimentFile.check(file, explicit).experiment()).isEqualTo(before);
  }

  private List<String> data(String kind) throws IOException {
    switch (kind) {
      case "image_folder" -> {
        for (String folder : List.of("train/cat", "train/dog", "test/cat", "test/dog")) {
          Path images = Files.createDirectories(directory.resolve("images").resolve(folder));
          BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
          ImageIO.write(image, "png", images.resolve("one.png").toFile());
        }
        return List.of("--data", directory.resolve("images").toString());
      }
      case "tensors" -> {
        Path data = directory.resolve("data.safetensors");
        writeTensors(data, List.of(1, 8, 8));
        return List.of("--data", data.toString());
      }
      default -> {
        return List.of();
      }
    }
  }

  private static void writeTensors(Path path, List<Integer> shape) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    int numbers = shape.stream().reduce(1, (a, b) -> a * b);
    for (String split : List.of("train", "test")) {
      List<Integer> all = new ArrayList<>(List.of(4));
      all.addAll(shape);
      tensors.add(new NamedTensor(split + ".x", Dtype.F32, all, zeros(4 * 4 * numbers)));
      ByteBuffer labels = zeros(4 * 8).putLong(0, 1);
      tensors.add(new NamedTensor(split + ".y", Dtype.I64, List.of(4), labels));
    }
    Safetensors.write(path, tensors, new TreeMap<>());
  }

  private static ByteBuffer zeros(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void init_twice_writesTheSameAndOverwritesOnlyIfForced() throws IOException {
    assertThat(init(List.of())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .startsWith(file + ": written; ")
        .contains("stitchflow validate " + file, "stitchflow run " + file);
    String first = Files.readString(file);
    Files.writeString(file, "mine");

    assertThat(init(List.of())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .isEqualTo(
            "stitchflow: "
                + file
                + ": exists already; name another file, or overwrite it with --force\n");
    assertThat(file).hasContent("mine");

    assertThat(init(List.of("--force", "--json"))).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).isEqualTo("{\"file\":\"" + file + "\",\"experiment\":\"mine\"}\n");
    assertThat(file).hasContent(first);
  }

  @Test
  void init_oneArchitecture_givesTwoSeeds() throws Exception {
    init(List.of("--network", "ResNet18", "--preset", "fast"));
    Experiment experiment = ExperimentFile.read(file, List.of()).experiment();
    assertThat(experiment.getNetworkList())
        .extracting("name", "architecture", "width")
        .containsExactly(tuple("a", "ResNet18", 64), tuple("b", "ResNet18", 64));
    assertThat(experiment.getNetwork(0).getSeed(0)).isEqualTo(1);
    assertThat(experiment.getNetwork(1).getSeed(0)).isEqualTo(2);
    assertThat(experiment.getFront().getWeightList()).containsExactly(10.0);
  }

  @Test
  void init_relativeData_isWrittenRelativeToTheFile() throws Exception {
    List<String> data = data("image_folder");
    Path here = Path.of("").toAbsolutePath();
    Path relative = here.relativize(Path.of(data.get(1)));

    init(List.of("--dataset", "image_folder", "--data", relative.toString()));

    assertThat(screen.err()).isEmpty();
    assertThat(file).content().contains("directory: \"images\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--dataset mnist | --dataset: unknown kind 'mnist'; choose one of cifar10, cifar100,",
        "--dataset tensors | --dataset tensors: needs its files; name their directory with --data",
        "--dataset image_folder --data none | dataset.image_folder.directory:",
        "--dataset cifar10 --data none | none does not exist; unpack the binary version",
        "--data none | --data: --dataset synthetic reads no directory, but was given none;",
        "--network ResNet19 | 'ResNet19' is not an architecture; choose ResNet18, ResNet34",
        "--preset SLOW | --preset: unknown preset 'SLOW'; choose one of PAPER, CSISZARIK,"
      })
  void init_wrongOption_isRefusedAndNothingIsWritten(String options, String message) {
    assertThat(init(Arrays.asList(options.split(" ")))).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(message);
    assertThat(file).doesNotExist();
  }

  @Test
  void init_placeThatCannotBeWritten_isNamed() {
    file = directory;
    assertThat(init(List.of("--force"))).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(directory + ": is a directory; name a file");
    file = directory.resolve("none/mine.textproto");
    assertThat(init(List.of())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(directory.resolve("none") + ": is not a directory");
    file = Path.of("/proc/mine.textproto");
    assertThat(init(List.of())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("/proc/mine.textproto: cannot be written: ");
  }

  @Test
  void init_fileNameThatIsNoName_givesAnExperimentAName() throws Exception {
    for (String name : List.of("-my file!.textproto", ".textproto", "ä")) {
      file = directory.resolve(name);
      assertThat(init(List.of())).as(screen.err()).isEqualTo(ExitCode.DONE);
      var unused = ExperimentFile.read(file, List.of());
    }
  }

  private int init(List<String> options) {
    List<String> args = new ArrayList<>(List.of("init", file.toString()));
    args.addAll(options);
    screen = new Screen();
    return screen.execute(Map.of(), args.toArray(String[]::new));
  }
}
