package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.network.Architecture;
import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a record is, in a few words: its parameters and, as far as the store knows, the networks
 * behind its inputs. Names in them are as users wrote them.
 */
public final class RecordDescriptions {
  /** Roles that lead from a stitch or what it is fitted from to the sender's network. */
  private static final List<String> TO_SENDER = List.of("sender", "sender.train", "cross", "gram");

  private static final List<String> TO_RECEIVER = List.of("network", "receiver", "cross");
  private static final String START = "start";
  private static final String UNKNOWN = "?";

  private final StoreCatalog catalog;

  public RecordDescriptions(StoreCatalog catalog) {
    this.catalog = catalog;
  }

  /** Such as {@code stem of ResNet(1,1,1,1)/16 seed 1 -> layer1.0 of ..., seed 1}. */
  public String of(CatalogEntry entry) {
    Action action = entry.action();
    return action == null ? "its action is lost" : of(action);
  }

  private String of(Action action) {
    return switch (action.getParametersCase()) {
      case IMPORT_DATASET -> dataset(action.getImportDataset(), action.getInputCount());
      case IMPORT_NETWORK -> imported(action.getImportNetwork());
      case TRAIN_NETWORK -> network(action) + epochs(action.getTrainNetwork());
      case COLLECT_REPRESENTATION -> representation(action, action.getCollectRepresentation());
      case COLLECT_GRAM ->
          "of " + representation(action, "sender") + patch(action.getCollectGram().getPatch());
      case COLLECT_CROSS_MOMENTS ->
          representation(action, "sender") + " with " + representation(action, "receiver");
      case FIT_VANILLA_STITCH ->
          cell(
                  action,
                  action.getFitVanillaStitch().getSenderCut(),
                  action.getFitVanillaStitch().getReceiverCut())
              + seed(action.getFitVanillaStitch().getSeed());
      case FIT_COPY_STITCH ->
          cell(
                  action,
                  action.getFitCopyStitch().getSenderCut(),
                  action.getFitCopyStitch().getReceiverCut())
              + seed(action.getFitCopyStitch().getSeed());
      case SOLVE_COPY_STITCH ->
          cell(
              action,
              action.getSolveCopyStitch().getSenderCut(),
              action.getSolveCopyStitch().getReceiverCut());
      case COMPARE_STITCHES ->
          cell(
              action,
              action.getCompareStitches().getSenderCut(),
              action.getCompareStitches().getReceiverCut());
      case WRITE_REPORT ->
          action.getWriteReport().getExperiment()
              + ", "
              + action.getWriteReport().getCellCount()
              + " cells";
      case PARAMETERS_NOT_SET -> "of a newer version of stitchflow";
    };
  }

  private static String dataset(ImportDataset dataset, int files) {
    return source(dataset, files) + split(dataset);
  }

  private static String source(ImportDataset dataset, int files) {
    return switch (dataset.getKindCase()) {
      case CIFAR10 -> "CIFAR-10, " + files + " files";
      case CIFAR100 ->
          "CIFAR-100"
              + (dataset.getCifar100().getCoarse() ? " superclasses, " : ", ")
              + files
              + " files";
      case IMAGE_FOLDER -> "image folder" + (files == 1 ? " without test" : "");
      case SYNTHETIC -> synthetic(dataset.getSynthetic());
      case KIND_NOT_SET -> UNKNOWN;
    };
  }

  /** What was set apart of the source's train images. */
  private static String split(ImportDataset dataset) {
    if (!dataset.hasSplit()) {
      return "";
    }
    return ", split "
        + Integer.toUnsignedString(dataset.getSplit().getTrain())
        + " train, "
        + Integer.toUnsignedString(dataset.getSplit().getValidation())
        + " validation, "
        + Integer.toUnsignedString(dataset.getSplit().getTest())
        + " test, seed "
        + Long.toUnsignedString(dataset.getSplit().getSeed());
  }

  private static String synthetic(Synthetic synthetic) {
    return String.format(
        Locale.ROOT,
        "synthetic, %s train, %s test, noise %s, seed %s",
        Integer.toUnsignedString(synthetic.getTrainExamples()),
        Integer.toUnsignedString(synthetic.getTestExamples()),
        synthetic.getNoise(),
        Long.toUnsignedString(synthetic.getSeed()));
  }

  private static String imported(ImportNetwork network) {
    return "imported "
        + architecture(
            Architecture.name(network.getBlocksList(), network.getPlain(), network.getLayerList()),
            network.getWidth());
  }

  private static String network(Action action) {
    TrainNetwork network = action.getTrainNetwork();
    String architecture =
        architecture(
            Architecture.name(network.getBlocksList(), network.getPlain(), network.getLayerList()),
            network.getWidth());
    if (action.getInputList().stream().anyMatch(input -> input.getRole().equals(START))) {
      return "imported " + architecture;
    }
    return (network.getRecipe().getEpochs() == 0 ? "random " : "")
        + architecture
        + " seed "
        + Long.toUnsignedString(network.getSeed());
  }

  /** {@code ResNet(1,1,1,1)/16}; described networks have no width. */
  private static String architecture(String name, int width) {
    return width == 0 ? name : name + "/" + Integer.toUnsignedString(width);
  }

  private static String epochs(TrainNetwork network) {
    int epochs = network.getRecipe().getEpochs();
    return switch (epochs) {
      case 0 -> "";
      case 1 -> ", 1 epoch";
      default -> ", " + Integer.toUnsignedString(epochs) + " epochs";
    };
  }

  private String representation(Action action, CollectRepresentation representation) {
    String split = UNKNOWN;
    for (StoreCatalog.Made made : makers(action, "dataset")) {
      split = made.output().getName();
    }
    String examples =
        representation.getExamples() == 0
            ? ""
            : ", first " + Integer.toUnsignedString(representation.getExamples());
    return representation.getCut()
        + " of "
        + network(action, List.of("network"))
        + ", "
        + split
        + examples
        + ", "
        + representation.getDtype().name().toLowerCase(Locale.ROOT);
  }

  /** The cut and network of a representation that the action reads. */
  private String representation(Action action, String role) {
    for (StoreCatalog.Made made : makers(action, role)) {
      Action maker = made.entry().action();
      if (maker != null && maker.hasCollectRepresentation()) {
        return maker.getCollectRepresentation().getCut()
            + " of "
            + network(maker, List.of("network"));
      }
    }
    return UNKNOWN;
  }

  private String cell(Action action, String senderCut, String receiverCut) {
    return senderCut
        + " of "
        + network(action, TO_SENDER)
        + " -> "
        + receiverCut
        + " of "
        + network(action, TO_RECEIVER);
  }

  /** The network that the first of these roles leads to; "?" where the store has forgotten it. */
  private String network(Action action, List<String> roles) {
    for (String role : roles) {
      for (StoreCatalog.Made made : makers(action, role)) {
        Action maker = made.entry().action();
        if (maker == null) {
          continue;
        }
        if (maker.hasTrainNetwork()) {
          return network(maker);
        }
        // cross moments know both, so the same roles lead on; a representation has one network
        return network(maker, maker.hasCollectRepresentation() ? List.of("network") : roles);
      }
    }
    return UNKNOWN;
  }

  private List<StoreCatalog.Made> makers(Action action, String role) {
    @Nullable Digest digest = null;
    for (Input input : action.getInputList()) {
      if (digest == null && input.getRole().equals(role)) {
        digest = Digest.from(input.getDigest());
      }
    }
    return digest == null ? List.of() : catalog.makers(digest);
  }

  private static String patch(int patch) {
    return patch == 1 ? "" : patch == 0 ? ", flattened" : ", patch " + patch;
  }

  private static String seed(long seed) {
    return ", seed " + Long.toUnsignedString(seed);
  }

  /** What such a stage makes, in the singular: {@code network}, {@code vanilla stitch}. */
  public static String noun(@Nullable StageKind kind) {
    if (kind == null) {
      return "unknown";
    }
    return switch (kind) {
      case IMPORT_DATASET -> "data set";
      case IMPORT_NETWORK -> "imported weights";
      case TRAIN_NETWORK -> "network";
      case COLLECT_REPRESENTATION -> "representation";
      case COLLECT_GRAM -> "Gram matrix";
      case COLLECT_CROSS_MOMENTS -> "cross moments";
      case SOLVE_COPY_STITCH -> "copy stitch (least squares)";
      case FIT_COPY_STITCH -> "copy stitch (SGD)";
      case FIT_VANILLA_STITCH -> "vanilla stitch";
      case COMPARE_STITCHES -> "comparison";
      case WRITE_REPORT -> "report";
    };
  }

  /** {@code network ResNet(1,1,1,1)/16 seed 1, 20 epochs}. */
  public String full(CatalogEntry entry) {
    return noun(entry.kind()) + " " + of(entry);
  }
}
