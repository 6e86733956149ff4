package io.stitchflow.benchmarks;

import java.util.Locale;

/** Experiments of one pair of ResNets, with stitches as a training script makes them. */
final class Pairs {
  /**
   * The smallest width at which PyTorch can train with channels last on any CPU: with fewer
   * channels, oneDNN's gradient of the weights of a shortcut writes outside its memory
   * (pipeline/science/DECISIONS.md, 9).
   */
  static final int SMALLEST_WIDTH = 16;

  private Pairs() {}

  /**
   * The text of an experiment.
   *
   * @param dataset field of the experiment
   * @param architecture of both networks, which are trained for one epoch
   * @param examples that stitches learn from
   * @param recipe fields of the recipe of vanilla stitches
   */
  static String experiment(
      String name, String dataset, Network architecture, int examples, String recipe) {
    return String.format(
        Locale.ROOT,
        """
        name: "%1$s"
        %2$s
        network { name: "a" architecture: "%3$s" width: %4$d seed: 1 recipe { epochs: 1 } }
        network { name: "b" architecture: "%3$s" width: %4$d seed: 2 recipe { epochs: 1 } }
        pair { sender: "a" receiver: "b" }
        representation { examples: %5$d }
        condition: TRAINED_TRAINED
        vanilla { initialization: KAIMING recipe { whiten: false %6$s } }
        metric: ["accuracy", "mse"]
        """,
        name,
        dataset,
        architecture.name(),
        architecture.width(),
        examples,
        recipe);
  }

  /** An architecture and its width. */
  record Network(String name, int width) {
    static Network of(Settings settings) {
      return settings.choose(
          new Network("ResNet(2,2,2,2)", 16), new Network("ResNet(1,1,1,1)", SMALLEST_WIDTH));
    }

    /** Cuts of a network, and so rows and columns of cells. */
    int cuts() {
      return name.equals("ResNet(2,2,2,2)") ? 9 : 5;
    }

    @Override
    public String toString() {
      return name + ", width " + width;
    }
  }
}
