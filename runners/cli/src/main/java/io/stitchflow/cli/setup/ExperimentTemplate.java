package io.stitchflow.cli.setup;

import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.spec.ExperimentDefaults;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Preset;
import io.stitchflow.v1.StitchRecipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An experiment to start from: its text sets what an experiment must say and shows other fields
 * with their defaults, which are those of its preset.
 *
 * @param written what the text sets
 */
record ExperimentTemplate(Experiment written) {
  private static final List<String> TRAINING =
      List.of(
          "epochs",
          "batch_size",
          "learning_rate",
          "momentum",
          "weight_decay",
          "warmup",
          "flip",
          "translate",
          "cutout",
          "optimizer");
  private static final List<String> COPYING =
      List.of("epochs", "batch_size", "learning_rate", "momentum", "weight_decay", "optimizer");
  private static final List<String> STITCHING =
      Stream.concat(COPYING.stream(), Stream.of("batch_norm", "whiten")).toList();

  private static final int LETTERS = 26;

  /**
   * A template.
   *
   * @param architectures of the networks; equal ones have the seeds 1, 2, ...
   */
  static ExperimentTemplate of(
      String name, Dataset dataset, List<String> architectures, int width, Preset preset) {
    Experiment.Builder written =
        Experiment.newBuilder().setName(name).setDataset(dataset).setPreset(preset);
    Map<String, Long> seeds = new HashMap<>();
    for (int i = 0; i < architectures.size(); i++) {
      String architecture = architectures.get(i);
      written.addNetwork(
          Network.newBuilder()
              .setName(i < LETTERS ? String.valueOf((char) ('a' + i)) : "n" + (i + 1))
              .setArchitecture(architecture)
              .setWidth(width)
              .addSeed(seeds.merge(architecture, 1L, Long::sum)));
    }
    return new ExperimentTemplate(written.build());
  }

  /** With batches of at most so many examples, as a data set that has no more needs. */
  ExperimentTemplate withBatchesOf(int examples) {
    Experiment filled = ExperimentDefaults.fill(written);
    Experiment.Builder fitted = written.toBuilder();
    for (int i = 0; i < written.getNetworkCount(); i++) {
      if (filled.getNetwork(i).getRecipe().getBatchSize() > examples) {
        fitted.getNetworkBuilder(i).getRecipeBuilder().setBatchSize(examples);
      }
    }
    if (filled.getVanilla().getRecipe().getBatchSize() > examples) {
      fitted.getVanillaBuilder().getRecipeBuilder().setBatchSize(examples);
    }
    if (filled.getCopy().getRecipe().getBatchSize() > examples) {
      fitted.getCopyBuilder().getRecipeBuilder().setBatchSize(examples);
    }
    if (filled.getFront().getRecipe().getBatchSize() > examples) {
      fitted.getFrontBuilder().getRecipeBuilder().setBatchSize(examples);
    }
    return new ExperimentTemplate(fitted.build());
  }

  String text() {
    Experiment filled = ExperimentDefaults.fill(written);
    TemplateText text = new TemplateText();
    start(text);
    dataset(text, filled.getDataset());
    networks(text, filled);
    cells(text, filled);
    stitches(text, filled);
    return text.toString();
  }

  private void start(TemplateText text) {
    text.line("proto-file: stitchflow/v1/experiment.proto");
    text.line("proto-message: Experiment");
    text.line("");
    text.line("An experiment of model stitching, written by 'stitchflow init'.");
    text.line(
        "A field after '#', such as '# seed: [1]', is at its default; remove the '#' to set it.");
    text.line("experiment.proto documents all fields.");
    text.line("");
    text.field(
        "name",
        TemplateText.quoted(written.getName()),
        "Names the experiment in the report. Required.");
    text.field(
        "preset",
        written.getPreset().name(),
        "Whose recipe the defaults below follow: " + presets() + ". Default: DEFAULT.");
    text.line("");
  }

  /** {@code PAPER, CSISZARIK, ..., DEFAULT}. */
  static String presets() {
    return presetNames().stream().collect(Collectors.joining(", "));
  }

  static List<String> presetNames() {
    List<String> names = new ArrayList<>();
    for (Preset preset : Preset.values()) {
      if (preset != Preset.PRESET_UNSPECIFIED && preset != Preset.UNRECOGNIZED) {
        names.add(preset.name());
      }
    }
    return names;
  }

  private void dataset(TemplateText text, Dataset filled) {
    text.line("What the networks are trained and compared on. Required.");
    text.open("dataset");
    String kind = DatasetKinds.field(written.getDataset());
    text.open(kind);
    switch (kind) {
      case "synthetic" ->
          text.fields(
              written.getDataset().getSynthetic(),
              filled.getSynthetic(),
              List.of("train_examples", "test_examples", "noise", "seed"));
      case "cifar10" -> cifar(text, written.getDataset().getCifar10().getDirectory(), "six");
      case "cifar100" -> {
        cifar(text, written.getDataset().getCifar100().getDirectory(), "two");
        text.fields(written.getDataset().getCifar100(), filled.getCifar100(), List.of("coarse"));
      }
      case "image_folder" -> {
        text.field(
            "directory",
            TemplateText.quoted(written.getDataset().getImageFolder().getDirectory()),
            "The folder of train/CLASS/ and test/CLASS/, relative to this file. Required.");
        text.fields(
            written.getDataset().getImageFolder(), filled.getImageFolder(), List.of("size"));
      }
      case "tensors" -> tensors(text);
      case "extension" ->
          text.field(
              "name",
              TemplateText.quoted(written.getDataset().getExtension().getName()),
              "Name of the kind, which documents its parameters. Required.");
      default -> text.line("Fields: experiment.proto.");
    }
    text.close();
    text.close();
    text.line("");
  }

  private static void cifar(TemplateText text, String directory, String files) {
    if (directory.isEmpty()) {
      text.line(
          "directory: Where the "
              + files
              + " files are, relative to this file. Default: the archive is downloaded once.");
    } else {
      text.field(
          "directory",
          TemplateText.quoted(directory),
          "Where the "
              + files
              + " files are, relative to this file. Default: the archive is downloaded once.");
    }
  }

  private void tensors(TemplateText text) {
    String file = written.getDataset().getTensors().getFile();
    if (file.isEmpty()) {
      text.field(
          "directory",
          TemplateText.quoted(written.getDataset().getTensors().getDirectory()),
          "The folder of the .npy or .arrow files, relative to this file. Required.");
    } else {
      text.field(
          "file",
          TemplateText.quoted(file),
          "The safetensors file, relative to this file. Required.");
    }
    text.line("classes: Labels are below this. Default: one more than the largest label.");
  }

  private void networks(TemplateText text, Experiment filled) {
    text.line("The networks. Later ones have the same defaults as the first.");
    for (int i = 0; i < written.getNetworkCount(); i++) {
      Network network = written.getNetwork(i);
      text.open("network");
      text.field("name", TemplateText.quoted(network.getName()), "Names it in pairs. Required.");
      text.field(
          "architecture",
          TemplateText.quoted(network.getArchitecture()),
          "ResNet18, ResNet34 or ResNet(a,b,c,d), or PlainNet for ResNet. Required.");
      text.field(
          "width", String.valueOf(network.getWidth()), "Channels of the first stage. Default: 64.");
      text.field(
          "seed",
          "[" + network.getSeed(0) + "]",
          "Seed of weights and batches; several give a network each. Default: 1.");
      if (i == 0) {
        text.open("recipe");
        text.fields(network.getRecipe(), filled.getNetwork(0).getRecipe(), TRAINING);
        text.close();
      } else if (network.hasRecipe()) {
        text.open("recipe");
        text.fields(network.getRecipe(), network.getRecipe(), List.of("batch_size"));
        text.close();
      }
      text.close();
    }
    text.line("");
  }

  private void cells(TemplateText text, Experiment filled) {
    text.line(
        "Ordered pairs to stitch, from sender to receiver. Default: all, self pairs included.");
    List<Network> networks = written.getNetworkList();
    for (int i = 1; i < networks.size(); i++) {
      text.open("pair");
      text.field(
          "sender",
          TemplateText.quoted(networks.get(0).getName()),
          "The network whose first layers are used. Required.");
      text.field(
          "receiver",
          TemplateText.quoted(networks.get(i).getName()),
          "The network whose last layers are used. Required.");
      text.close();
    }
    text.line("");
    text.field(
        "condition",
        "[TRAINED_TRAINED, RANDOM_RANDOM]",
        "Which halves are trained; RANDOM_TRAINED and TRAINED_RANDOM too. Default: all four.");
    text.line(
        "cut: Where networks are cut, such as [\"stem\", \"layer1.0\"]. Default: everywhere.");
    text.fields(written, filled, List.of("metric", "seed"));
    text.line("");
  }

  private void stitches(TemplateText text, Experiment filled) {
    text.line("How representations are cached.");
    text.open("representation");
    text.fields(
        written.getRepresentation(),
        filled.getRepresentation(),
        List.of("examples", "dtype", "policy"));
    text.close();
    text.line("");
    text.line("Vanilla stitches, trained on the task's cross-entropy through the frozen receiver.");
    text.open("vanilla");
    recipe(text, written.getVanilla().getRecipe(), filled.getVanilla().getRecipe(), STITCHING);
    text.fields(written.getVanilla(), filled.getVanilla(), List.of("initialization", "objective"));
    text.close();
    text.line("");
    text.line("Copy stitches, fitted to the receiver's own representation. The recipe is for SGD.");
    text.open("copy");
    text.fields(written.getCopy(), filled.getCopy(), List.of("solver", "tolerance"));
    recipe(text, written.getCopy().getRecipe(), filled.getCopy().getRecipe(), COPYING);
    text.close();
    text.line("");
    text.line("Stitches between vanilla and copy, trained where the metric \"front\" reads them.");
    text.open("front");
    text.fields(written.getFront(), filled.getFront(), List.of("weight"));
    recipe(text, written.getFront().getRecipe(), filled.getFront().getRecipe(), STITCHING);
    text.close();
  }

  private static void recipe(
      TemplateText text, StitchRecipe written, StitchRecipe filled, List<String> fields) {
    text.open("recipe");
    text.fields(written, filled, fields);
    text.close();
  }
}
