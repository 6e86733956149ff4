package io.stitchflow.spec;

import io.stitchflow.content.IoReason;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Baseline;
import io.stitchflow.representation.Baselines;
import io.stitchflow.representation.ForeignRepresentation;
import io.stitchflow.representation.RepresentationSource;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold of a sender without a network, beyond its name. */
final class RepresentationRules {
  static final int MOST_ELEMENTS = 1 << 20;

  private static final List<String> OTHERS =
      List.of("architecture", "width", "recipe", "layer", "weights", "imported_recipe", "dataset");
  private static final int MAP = 3;

  private final Network network;
  private final String path;
  private final Surroundings surroundings;

  /**
   * What the sender is checked against.
   *
   * @param networks as they are written
   * @param filled the experiment with every default explicit
   * @param dataset says how many images each split has
   * @param base what paths are relative to
   * @param cuts of the networks that are known so far, by name; of senders without a network only
   *     those that are written before
   * @param senders names of senders without a network
   */
  record Surroundings(
      List<Network> networks,
      Experiment filled,
      DatasetRules dataset,
      Path base,
      Map<String, List<CutPoint>> cuts,
      Map<String, Network> senders,
      SourcePositions origins,
      Problems problems) {}

  /**
   * @param network with every default explicit
   * @param path of the network in the experiment
   */
  RepresentationRules(Network network, String path, Surroundings surroundings) {
    this.network = network;
    this.path = path;
    this.surroundings = surroundings;
  }

  /** Adds everything that is wrong; returns the cuts, none if any is unknown. */
  List<CutPoint> check() {
    for (String other : OTHERS) {
      if (surroundings.origins().isWritten(path + "." + other)
          || surroundings.origins().isWritten(path + "." + other + "[0]")) {
        add(
            path + "." + other,
            "is given beside representations, which stand in place of a network; drop one");
      }
    }
    List<RepresentationCut> written = network.getRepresentations().getCutList();
    String list = path + ".representations.cut";
    if (written.isEmpty()) {
      add(
          path + ".representations",
          "has no cut; add at least one: cut { name: \"pixels\" pixels {} }");
    }
    List<CutPoint> cuts = new ArrayList<>();
    Map<String, Integer> names = new HashMap<>();
    for (int i = 0; i < written.size(); i++) {
      RepresentationCut cut = written.get(i);
      String at = list + "[" + i + "]";
      boolean named = checkName(cut.getName(), at + ".name", names, i);
      @Nullable List<Integer> shape = shape(cut, at);
      if (named && shape != null) {
        cuts.add(new CutPoint(cut.getName(), shape));
      }
    }
    checkSeeds(written);
    return cuts.size() == written.size() ? cuts : List.of();
  }

  private void add(String at, String text) {
    surroundings.problems().add(surroundings.origins().of(at), at, text);
  }

  private boolean checkName(String name, String at, Map<String, Integer> names, int i) {
    @Nullable String complaint = FieldRules.nameComplaint(name);
    if (complaint != null) {
      add(at, complaint);
      return false;
    }
    Integer first = names.putIfAbsent(name, i);
    if (first != null) {
      add(at, "'" + name + "' is the name of cut[" + first + "] too; rename one");
    }
    return first == null;
  }

  private void checkSeeds(List<RepresentationCut> cuts) {
    boolean random =
        cuts.stream()
            .anyMatch(
                cut -> {
                  @Nullable Baseline baseline = Baselines.find(cut);
                  return baseline != null && baseline.isRandom(cut);
                });
    if (network.getSeedCount() > 1 && !random) {
      add(path + ".seed", "has several values, but nothing is drawn at random; keep one");
    }
  }

  /** The shape of an example; null if it is unknown. */
  private @Nullable List<Integer> shape(RepresentationCut cut, String at) {
    if (cut.hasFile()) {
      return fileShape(cut.getFile(), at + ".file");
    }
    @Nullable Baseline baseline = Baselines.find(cut);
    if (baseline == null) {
      add(at, "has no source; choose file { train: ... test: ... } or one of " + Baselines.names());
      return null;
    }
    if (cut.hasNoise() && !checkNoise(cut.getNoise().getShapeList(), at + ".noise.shape")) {
      return null;
    }
    @Nullable ClassificationTask known = surroundings.dataset().task();
    ClassificationTask task = known == null ? ClassificationTask.CIFAR10 : known;
    String of = baseline.of(cut);
    @Nullable List<Integer> input =
        of.isEmpty()
            ? CutPoint.crossing(task.shape())
            : named(of, at + "." + baseline.name() + ".of");
    return input == null ? null : baseline.shape(cut, task, input);
  }

  private boolean checkNoise(List<Integer> shape, String at) {
    if (!shape.isEmpty() && shape.size() != 1 && shape.size() != MAP) {
      add(at, "is " + shape + "; write [channels, height, width] or [channels]");
      return false;
    }
    double elements = 1;
    for (int size : shape) {
      elements *= Integer.toUnsignedLong(size);
    }
    if (elements > MOST_ELEMENTS) {
      add(
          at,
          "is "
              + shape
              + ", but an example has at most "
              + MOST_ELEMENTS
              + " numbers; choose less");
    }
    return elements >= 1 && elements <= MOST_ELEMENTS;
  }

  /** The shape of {@code network/cut}. */
  private @Nullable List<Integer> named(String of, String at) {
    int slash = of.indexOf('/');
    if (slash < 0) {
      add(at, "is '" + of + "'; write network/cut, such as a/layer1.0");
      return null;
    }
    String name = of.substring(0, slash);
    String layer = of.substring(slash + 1);
    if (!checkNetwork(name, at)) {
      return null;
    }
    @Nullable Network sender = surroundings.senders().get(name);
    List<CutPoint> cuts = surroundings.cuts().getOrDefault(name, List.of());
    if (cuts.isEmpty()) {
      return null; // its own problems are added
    }
    List<String> layers = cuts.stream().map(CutPoint::layer).toList();
    if (!layers.contains(layer)) {
      add(
          at,
          "network '" + name + "' has no cut '" + layer + "'; " + Suggestion.advice(layer, layers));
      return null;
    }
    int place = layers.indexOf(layer);
    if (sender != null && !sender.getRepresentations().getCut(place).hasFile()) {
      add(at, "'" + of + "' is a baseline itself; name the cut of a network or of a file");
      return null;
    }
    return cuts.get(place).shape();
  }

  /** Whether a network of that name can be made something of. */
  private boolean checkNetwork(String name, String at) {
    Set<String> known = surroundings.cuts().keySet();
    if (name.equals(network.getName())) {
      add(at, "names its own network; put the file into a network of its own");
      return false;
    }
    if (!known.contains(name)) {
      add(
          at,
          surroundings.senders().containsKey(name)
              ? "network '" + name + "' is written after this; write it before"
              : "there is no network '" + name + "'; " + Suggestion.advice(name, known));
      return false;
    }
    List<String> several =
        surroundings.networks().stream()
            .filter(each -> each.getName().equals(name) && each.getSeedCount() > 1)
            .flatMap(each -> NetworkSeeds.names(each).stream())
            .toList();
    if (!several.isEmpty()) {
      add(at, "network '" + name + "' has several seeds; " + Suggestion.advice(name, several));
      return false;
    }
    boolean used =
        surroundings.filled().getNetworkList().stream()
            .anyMatch(each -> each.getName().equals(name));
    if (!used && surroundings.filled().getNetworkList().stream().anyMatch(this::isSame)) {
      add(at, "network '" + name + "' is left out by 'only'; add it there");
      return false;
    }
    return true;
  }

  /** Whether a used network is one of those that are written as this one. */
  private boolean isSame(Network used) {
    return NetworkSeeds.names(network).contains(used.getName());
  }

  private @Nullable List<Integer> fileShape(RepresentationFiles files, String at) {
    @Nullable List<Integer> train = read(files, "train", at, null);
    @Nullable List<Integer> test = read(files, "test", at, train);
    boolean validated =
        surroundings.filled().getVanilla().getRecipe().getPatience() > 0
            || surroundings.filled().getFront().getRecipe().getPatience() > 0;
    @Nullable List<Integer> validation =
        validated || !files.getValidation().isEmpty()
            ? read(files, "validation", at, train)
            : train;
    return train != null && test != null && validation != null ? train : null;
  }

  /**
   * The shape of an example in a split's file.
   *
   * @param train that of the train split; null if it is this, or unknown
   */
  private @Nullable List<Integer> read(
      RepresentationFiles files, String split, String path, @Nullable List<Integer> train) {
    String at = path + "." + split;
    String written = RepresentationSource.path(files, split);
    if (written.isEmpty()) {
      add(at, "is missing; write the path of a safetensors file, or of an exported Arrow file");
      return null;
    }
    try {
      Path file = surroundings.base().resolve(written).toAbsolutePath().normalize();
      if (!Files.isRegularFile(file)) {
        add(
            at,
            file
                + (Files.exists(file) ? " is not a file" : " does not exist")
                + "; check the name");
        return null;
      }
      try (ForeignRepresentation opened =
          RepresentationSource.open(files, split, surroundings.base())) {
        long all = surroundings.dataset().examples(split);
        long kept = Integer.toUnsignedLong(surroundings.filled().getRepresentation().getExamples());
        if (all > 0) {
          opened.checkRows(split.equals("train") && kept > 0 ? Math.min(kept, all) : all, all);
        }
        if (train != null && !train.equals(opened.shape())) {
          throw new IllegalArgumentException(
              "its examples are " + opened.shape() + ", but those of train are " + train);
        }
        return opened.shape();
      } catch (IllegalArgumentException e) {
        add(at, file + ": " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
      }
    } catch (InvalidPathException e) {
      add(at, "'" + written + "' is not a path: " + e.getReason() + "; write one");
    } catch (InvalidFileException e) {
      add(
          at,
          "cannot be read: "
              + e.getMessage()
              + "; choose a safetensors file, or an Arrow file that 'export' wrote");
    } catch (IOException e) {
      add(at, "cannot be read: " + IoReason.of(e) + "; choose a safetensors file");
    }
    return null;
  }
}
