package io.stitchflow.spec;

import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.network.layer.LayerProblem;
import io.stitchflow.network.layer.LayerTypes;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.Network;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold of one network of an experiment, beyond its name. */
final class NetworkRules {
  private final Network network;
  private final String path;
  private final @Nullable ClassificationTask known;
  private final ClassificationTask task;
  private final Path base;
  private final SourcePositions origins;
  private final Problems problems;

  /**
   * @param network with every default explicit
   * @param path of the network in the experiment
   * @param task of the data set; null if unknown: then any number of outputs is right, of images of
   *     CIFAR-10's shape
   * @param base what paths in it are relative to
   */
  NetworkRules(
      Network network,
      String path,
      @Nullable ClassificationTask task,
      Path base,
      SourcePositions origins,
      Problems problems) {
    this.network = network;
    this.path = path;
    this.known = task;
    this.task =
        task != null
            ? task
            : new ClassificationTask(
                ClassificationTask.CIFAR10.shape(), Architecture.outputs(network.getLayerList()));
    this.base = base;
    this.origins = origins;
    this.problems = problems;
  }

  /** Adds everything that is wrong; returns what the network is made of, or null if unknown. */
  @Nullable NetworkSource check() {
    if (network.hasProgram()) {
      return new ProgramRules(path, known, base, origins, problems).check(network.getProgram());
    }
    @Nullable Architecture architecture = network.getLayerCount() == 0 ? resNet() : described();
    if (network.hasWeights()) {
      if (network.hasRecipe()) {
        add(
            path + ".recipe",
            "is given beside weights, which take the place of training; drop one");
      }
      new WeightsRules(path + ".weights", base, origins, problems)
          .check(network.getWeights(), architecture);
    } else if (!network.getImportedRecipe().isEmpty()) {
      add(
          path + ".imported_recipe",
          "is given, but the network is trained here, by its recipe; drop it, or give its weights");
    }
    return architecture;
  }

  private void add(String at, String text) {
    problems.add(origins.of(at), at, text);
  }

  private @Nullable Architecture resNet() {
    String name = network.getArchitecture();
    String choices =
        "ResNet18, ResNet34 or ResNet(a,b,c,d) with a, b, c and d from 1 to "
            + Architecture.MOST_BLOCKS
            + ", or PlainNet for ResNet";
    if (name.isEmpty()) {
      add(
          path + ".architecture",
          "is missing; choose " + choices + ", describe the network by layer, or name a program");
      return null;
    }
    int width = network.getWidth();
    boolean knownWidth = width >= 1 && width <= Architecture.MOST_WIDTH;
    if (!task.isMap()) {
      add(
          path + ".architecture",
          "'"
              + name
              + "' takes images [channels, height, width], but the data set's examples are "
              + task.shape()
              + "; describe the network by layer, or name a program");
      return null;
    }
    try {
      Architecture.parse(name, 1, task);
    } catch (IllegalArgumentException e) {
      add(path + ".architecture", "'" + name + "' is not an architecture; choose " + choices);
      return null;
    }
    try {
      return Architecture.parse(name, knownWidth ? width : 1, task);
    } catch (IllegalArgumentException e) {
      add(path + ".width", "is " + width + ", but " + e.getMessage() + "; choose less");
      return null;
    }
  }

  private @Nullable Architecture described() {
    for (String other : List.of("architecture", "width")) {
      if (origins.isWritten(path + "." + other)) {
        add(path + "." + other, "is given beside layer, which describes the network; drop one");
      }
    }
    checkLayerNames(network.getLayerList(), path + ".layer");
    List<LayerProblem> complaints = Architecture.complaints(network.getLayerList(), task);
    complaints.forEach(complaint -> add(path + "." + complaint.path(), complaint.text()));
    return complaints.isEmpty() ? Architecture.described(network.getLayerList(), task) : null;
  }

  private void checkLayerNames(List<Layer> layers, String path) {
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String at = path + "[" + i + "]";
      if (!layer.getName().isEmpty()) {
        @Nullable String complaint = FieldRules.nameComplaint(layer.getName());
        if (complaint != null) {
          add(at + ".name", complaint);
        }
      }
      LayerTypes.inside(layer).forEach((list, inside) -> checkLayerNames(inside, at + "." + list));
    }
  }
}
