package io.stitchflow.report;

import io.stitchflow.report.cells.Region;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportNetwork;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Mean vanilla accuracies of "Exploring Neural Network Modularity Using Model Stitching"
 * (Hernandez, Dangovski, Lu; later <a href="https://arxiv.org/abs/2303.11277">arXiv
 * 2303.11277</a>), over 133 pairs of small ResNets of width 64 on CIFAR-10.
 */
final class Published {
  /** Why they stand beside ours and are no target. */
  static final String CAVEAT =
      "Only the order of the published numbers is a target: there BatchNorm of the frozen halves"
          + " drifted in training mode, accuracy was over the last 1,808 of 10,000 test images, the"
          + " learning rate never left its warm-up, and the two halves of a self pair were one"
          + " object; widths and recipes differ from those here too.";

  /** Errors, over all trained/trained cells. */
  static final String ERRORS =
      "Published for trained → trained: EV 0.045, ES 0.016, SV 0.020, ES < EV in 99.6 % of cells,"
          + " copy accuracy about 0.10.";

  private static final Pattern ARCHITECTURE = Pattern.compile("ResNet\\([12],[12],[12],[12]\\)");
  private static final Pattern DATASET = Pattern.compile("CIFAR-10(,.*)?");

  private Published() {}

  /** Whether all networks are of the paper's sixteen architectures, and its data set is theirs. */
  static boolean isOf(List<ReportNetwork> networks) {
    return networks.stream()
        .filter(network -> !network.getWithoutNetwork())
        .allMatch(
            network ->
                ARCHITECTURE.matcher(network.getArchitecture()).matches()
                    && DATASET.matcher(network.getDataset()).matches());
  }

  /** NaN where nothing was published. */
  static double vanillaAccuracy(Condition condition, Region region) {
    double[] means =
        switch (condition) {
          case TRAINED_TRAINED -> new double[] {0.910, 0.917, 0.658};
          case RANDOM_TRAINED -> new double[] {0.456, 0.582, 0.422};
          case TRAINED_RANDOM -> new double[] {0.586, 0.507, 0.443};
          case RANDOM_RANDOM -> new double[] {0.184, 0.258, 0.313};
          default -> new double[] {Double.NaN, Double.NaN, Double.NaN};
        };
    return switch (region) {
      case LOWER -> means[0];
      case DIAGONAL -> means[1];
      case UPPER -> means[2];
      case NO_DEPTH -> Double.NaN;
    };
  }
}
