package io.stitchflow.cli.setup;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Extension;
import io.stitchflow.v1.Preset;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stitchflow init [FILE]}. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Writes a commented experiment file to start from. Each field has a comment and its default.",
      "The file is checked first: what is written passes 'validate'."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow init e.textproto --dataset image_folder --data photos --network ResNet18",
      "writes an experiment on the images of photos/train and photos/test."
    })
public final class InitCommand implements Callable<Integer> {
  private static final String SMALL = "ResNet(1,1,1,1)";
  private static final int WIDTH = 64;
  private static final int SMALL_WIDTH = 16;
  private static final int SMALLEST_WIDTH = 8;

  private static final int MOST_NAME = 50;

  private final Terminal system;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file to write. Default: experiment.textproto.")
  private Path file = Path.of("experiment.textproto");

  @Option(
      names = "--dataset",
      paramLabel = "KIND",
      description =
          "The kind of data set: cifar10, cifar100, image_folder, synthetic, tensors, or one of another jar. Default: synthetic, which needs no files.")
  private String dataset = "synthetic";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the data set's files are. Required with image_folder and tensors; of tensors also a safetensors file. Default: CIFAR archives are downloaded by the first run.")
  private @Nullable Path data;

  @Option(
      names = "--network",
      paramLabel = "ARCHITECTURE",
      description =
          "The architecture of a network: ResNet18, ResNet34 or ResNet(a,b,c,d), or PlainNet for ResNet; repeatable. One architecture gives two networks with seeds 1 and 2. Default: ResNet(1,1,1,1) with few channels.")
  private List<String> networks = new ArrayList<>();

  @Option(
      names = "--preset",
      paramLabel = "PRESET",
      description =
          "Which recipe the defaults follow: a publication's (PAPER, CSISZARIK, BANSAL), FAST, or our own (DEFAULT). Default: DEFAULT.")
  private String preset = "DEFAULT";

  @Option(names = "--force", description = "Overwrites FILE if it exists.")
  private boolean force;

  @Mixin private JsonOption json = new JsonOption();

  public InitCommand(Terminal system) {
    this.system = system;
  }

  @Override
  public Integer call() throws Exception {
    checkFile();
    ExperimentTemplate template = template();
    String text = template.text();
    check(text);
    write(text);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("experiment", template.written().getName());
    json.print(
        system,
        file
            + ": written; change it, then check it with 'stitchflow validate "
            + file
            + "' and run it with 'stitchflow run "
            + file
            + "'\n",
        result);
    return ExitCode.DONE;
  }

  private ExperimentTemplate template() throws InputException {
    DatasetKind kind = kind();
    Dataset written = dataset(kind);
    DatasetSummary summary = kind.summarize(kind.fill(written), directory());
    ExperimentTemplate template =
        ExperimentTemplate.of(name(), written, architectures(), width(), preset());
    return summary.problems().isEmpty() && summary.trainExamples() > 0
        ? template.withBatchesOf(summary.trainExamples())
        : template;
  }

  private void checkFile() throws InputException {
    if (file.toString().isEmpty()) {
      throw new InputException("FILE is empty; name the file to write");
    }
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a directory; name a file to write in it");
    }
    if (!force && Files.exists(file)) {
      throw exists();
    }
    Path parent = directory();
    if (!Files.isDirectory(parent)) {
      throw new InputException(parent + ": is not a directory; create it, or name another file");
    }
  }

  private InputException exists() {
    return new InputException(
        file + ": exists already; name another file, or overwrite it with --force");
  }

  private Path directory() {
    return Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
  }

  /** The name of the file up to its first dot, in the characters of names. */
  private String name() {
    String written = Objects.requireNonNull(file.getFileName()).toString();
    String name = written.replaceFirst("\\..*", "").replaceAll("[^A-Za-z0-9_-]", "-");
    name = name.replaceFirst("^-+", "");
    return name.isEmpty() ? "experiment" : name.substring(0, Math.min(MOST_NAME, name.length()));
  }

  private DatasetKind kind() throws InputException {
    return DatasetKinds.all().stream()
        .filter(kind -> kind.name().equals(dataset))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--dataset: unknown kind '"
                        + dataset
                        + "'; choose one of "
                        + String.join(
                            ", ", DatasetKinds.all().stream().map(DatasetKind::name).toList())));
  }

  private Dataset dataset(DatasetKind kind) throws InputException {
    @Nullable FieldDescriptor field = Dataset.getDescriptor().findFieldByName(kind.name());
    Dataset.Builder result = Dataset.newBuilder();
    if (field == null) {
      result.setExtension(Extension.newBuilder().setName(kind.name()));
      return withoutData(result);
    }
    Message.Builder fields = result.newBuilderForField(field);
    @Nullable FieldDescriptor directory = field.getMessageType().findFieldByName("directory");
    @Nullable FieldDescriptor one = field.getMessageType().findFieldByName("file");
    if (data == null) {
      if (kind.usage().contains("\"")) {
        throw new InputException(
            "--dataset " + dataset + ": needs its files; name their directory with --data");
      }
    } else if (directory == null) {
      return withoutData(result);
    } else {
      fields.setField(one != null && Files.isRegularFile(data) ? one : directory, written(data));
    }
    return result.setField(field, fields.build()).build();
  }

  private Dataset withoutData(Dataset.Builder result) throws InputException {
    if (data != null) {
      throw new InputException(
          "--data: --dataset "
              + dataset
              + " reads no directory, but was given "
              + data
              + "; omit --data, or choose another kind with --dataset");
    }
    return result.build();
  }

  /** As the file must say it, whose paths are relative to it. */
  private String written(Path path) {
    if (path.isAbsolute()) {
      return path.toString();
    }
    String relative = directory().relativize(path.toAbsolutePath().normalize()).toString();
    return relative.isEmpty() ? "." : relative;
  }

  private List<String> architectures() {
    return switch (networks.size()) {
      case 0 -> List.of(SMALL, SMALL);
      case 1 -> List.of(networks.get(0), networks.get(0));
      default -> networks;
    };
  }

  private int width() {
    return !networks.isEmpty() ? WIDTH : dataset.equals("synthetic") ? SMALLEST_WIDTH : SMALL_WIDTH;
  }

  private Preset preset() throws InputException {
    String name = preset.toUpperCase(Locale.ROOT);
    if (!ExperimentTemplate.presetNames().contains(name)) {
      throw new InputException(
          "--preset: unknown preset '"
              + preset
              + "'; choose one of "
              + ExperimentTemplate.presets());
    }
    return Preset.valueOf(name);
  }

  private void check(String text) throws InvalidExperimentException {
    try {
      var unused = ExperimentFile.check(file, text);
    } catch (InvalidExperimentException e) {
      system
          .err()
          .println(
              "stitchflow: nothing was written, because these options make no valid experiment:");
      throw e;
    }
  }

  private void write(String text) throws InputException {
    OpenOption[] options =
        force
            ? new OpenOption[] {
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE
            }
            : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
    try {
      Files.writeString(file, text, options);
    } catch (FileAlreadyExistsException e) {
      throw exists();
    } catch (IOException e) {
      throw new InputException(
          file + ": cannot be written: " + IoReason.of(e) + "; name another file");
    }
  }
}
