package io.stitchflow.report.cells;

import io.stitchflow.v1.ReportNetwork;
import java.util.Locale;

/** A sender and a receiver, with all their cuts; in whichever states. */
public record Pair(ReportNetwork sender, ReportNetwork receiver) {
  /** What two networks are to each other, since it decides what their numbers can show. */
  public enum Kind {
    SELF("self", "self pair: both halves have the same weights; identity is an exact stitch"),
    SEED(
        "seed pair",
        "seed pair: one architecture, width and training recipe, which of imported networks is what"
            + " the experiment says, different seeds"),
    SAME_ARCHITECTURE(
        "same architecture", "same architecture and width, different weights for another reason"),
    OTHER("two architectures", "two architectures or widths"),
    NO_NETWORK("no network", "the sender is a baseline or a file, not a network");

    private final String brief;
    private final String text;

    Kind(String brief, String text) {
      this.brief = brief;
      this.text = text;
    }

    /** As tables write it. */
    public String brief() {
      return brief;
    }

    public String text() {
      return text;
    }

    /** Of two networks, each in the state that a condition gives it. */
    static Kind of(NetworkRow sender, NetworkRow receiver) {
      if (sender.withoutNetwork()) {
        return NO_NETWORK;
      }
      if (sender.digest().equals(receiver.digest())) {
        return SELF;
      }
      ReportNetwork a = sender.network();
      ReportNetwork b = receiver.network();
      if (!a.getArchitecture().equals(b.getArchitecture()) || a.getWidth() != b.getWidth()) {
        return OTHER;
      }
      boolean oneRecipe =
          a.getImported() == b.getImported()
              && a.getDataset().equals(b.getDataset())
              && a.getRecipe().equals(b.getRecipe())
              && a.getImportedRecipe().equals(b.getImportedRecipe());
      // The seed of an imported network is that of its random control
      boolean seeds = a.getImported() ? isRecipeKnown(a) : a.getSeed() != b.getSeed();
      return oneRecipe && seeds ? SEED : SAME_ARCHITECTURE;
    }
  }

  /** Whether anything says how the network was trained. */
  static boolean isRecipeKnown(ReportNetwork network) {
    return !network.getImported() || !network.getImportedRecipe().isEmpty();
  }

  /**
   * Where a cell of this pair lies.
   *
   * @throws IllegalArgumentException if the networks have no such cuts
   */
  public Region region(String senderCut, String receiverCut) {
    int i = index(sender, senderCut);
    int j = index(receiver, receiverCut);
    return sender.getWithoutNetwork()
        ? Region.NO_DEPTH
        : Region.of(i, sender.getCutCount(), j, receiver.getCutCount());
  }

  /**
   * Where a cell of this pair stands in tables: its region, or what is sent if no network sends it,
   * as {@code baselines/pixels}.
   *
   * @throws IllegalArgumentException if the networks have no such cuts
   */
  public Place place(String senderCut, String receiverCut) {
    Region region = region(senderCut, receiverCut);
    return new Place(
        region, region == Region.NO_DEPTH ? sender.getName() + "/" + senderCut : region.text());
  }

  /**
   * A row of tables by region.
   *
   * @param text as tables write it
   */
  public record Place(Region region, String text) {}

  private static int index(ReportNetwork network, String cut) {
    int index = network.getCutList().indexOf(cut);
    if (index < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network '%s' has no cut '%s'; its cuts are %s",
              network.getName(),
              cut,
              network.getCutList()));
    }
    return index;
  }
}
