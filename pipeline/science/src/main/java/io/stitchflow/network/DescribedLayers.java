package io.stitchflow.network;

import io.stitchflow.network.layer.LayerProblem;
import io.stitchflow.network.layer.LayerReader;
import io.stitchflow.network.layer.LayerTypes;
import io.stitchflow.network.layer.Sequence;
import io.stitchflow.network.layer.Step;
import io.stitchflow.v1.Layer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network's layers with the sizes that follow from the images': the steps between cuts, and
 * everything that is wrong.
 */
final class DescribedLayers {
  // One file of 2 GiB holds as many
  private static final long MOST_NUMBERS = 500_000_000;

  private static final int TOKENS = 2;

  private final int classes;
  private final LayerReader reader;
  private final List<CutPoint> cuts = new ArrayList<>();
  private final List<Sequence> sections = new ArrayList<>();

  private DescribedLayers(List<Layer> layers, ClassificationTask task) {
    this.classes = task.classes();
    this.reader = new LayerReader(task.shape());
    if (task.shape().size() == TOKENS) {
      reader.complain(
          "layer", "examples are tokens " + task.shape() + ", which only programs take; name one");
      return;
    }
    readSections(layers);
  }

  /**
   * Reads layers in which every default is explicit.
   *
   * @param task of whose images they are, and of how many logits
   */
  static DescribedLayers of(List<Layer> layers, ClassificationTask task) {
    return new DescribedLayers(layers, task);
  }

  List<LayerProblem> complaints() {
    return reader.complaints();
  }

  List<CutPoint> cuts() {
    return List.copyOf(cuts);
  }

  /** What leads to the first cut, from each cut to the next, and from the last to the logits. */
  List<Sequence> sections() {
    return List.copyOf(sections);
  }

  private void readSections(List<Layer> layers) {
    List<Step> section = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String path = "layer[" + i + "]";
      boolean named = !layer.getName().isEmpty();
      if (named && !names.add(layer.getName())) {
        reader.complain(
            path + ".name", "'" + layer.getName() + "' is another layer's too; rename one");
      }
      boolean last = i == layers.size() - 1;
      boolean cut = named && !last;
      boolean joined = !cut && !last && LayerTypes.isOneStep(layer, layers.get(i + 1));
      reader.read(layer, path, "", String.valueOf(i), section, joined ? layers.get(i + 1) : null);
      if (joined) {
        i++;
        cut = !layers.get(i).getName().isEmpty() && i < layers.size() - 1;
      }
      @Nullable List<Integer> shape = reader.shape();
      if (cut && shape != null && !section.isEmpty()) {
        cuts.add(new CutPoint(layers.get(i).getName(), shape));
        sections.add(new Sequence(section));
        section = new ArrayList<>();
      }
    }
    checkEnd(layers);
    if (!section.isEmpty()) {
      sections.add(new Sequence(section));
    }
  }

  private void checkEnd(List<Layer> layers) {
    String path = "layer[" + (layers.size() - 1) + "]";
    @Nullable List<Integer> shape = reader.shape();
    if (shape != null && !shape.equals(List.of(classes))) {
      reader.complain(
          path,
          "gives "
              + shape
              + ", but the last layer gives logits of "
              + classes
              + " classes; end with linear { outputs: "
              + classes
              + " }");
    }
    if (layers.stream().limit(layers.size() - 1L).allMatch(layer -> layer.getName().isEmpty())) {
      reader.complain(path, "no layer before the last has a name, so there is no cut; name one");
    }
    if (reader.numbers() > MOST_NUMBERS) {
      reader.complain(
          "layer",
          "the network has "
              + reader.numbers()
              + " numbers; "
              + MOST_NUMBERS
              + " at most can be kept");
    }
  }
}
