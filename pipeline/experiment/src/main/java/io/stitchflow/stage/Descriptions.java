package io.stitchflow.stage;

import io.stitchflow.network.Architecture;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.PackProgram;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Phrases that descriptions of several stages share. */
final class Descriptions {
  static final String UNKNOWN = "?";

  /** Roles that lead from a stitch or what it is fitted from to the sender's network. */
  private static final List<String> TO_SENDER = List.of("sender", "sender.train", "cross", "gram");

  private static final List<String> TO_RECEIVER = List.of("network", "receiver", "cross");

  private Descriptions() {}

  /** The network that the first recorded maker of these roles leads to. */
  static String networkBehind(Action action, List<String> roles, Provenance provenance) {
    for (String role : roles) {
      for (Provenance.Maker made : provenance.makers(action, role)) {
        Action maker = made.action();
        @Nullable StageDefinition definition = maker == null ? null : StageDefinition.find(maker);
        if (maker != null && definition != null) {
          return definition.describeNetwork(maker, roles, provenance);
        }
      }
    }
    return UNKNOWN;
  }

  /** The representation in the role. */
  static String representation(Action action, String role, Provenance provenance) {
    for (Provenance.Maker made : provenance.makers(action, role)) {
      Action maker = made.action();
      @Nullable StageDefinition definition = maker == null ? null : StageDefinition.find(maker);
      @Nullable String description =
          maker == null || definition == null
              ? null
              : definition.describeRepresentation(maker, provenance);
      if (description != null) {
        return description;
      }
    }
    return UNKNOWN;
  }

  /** {@code stem of ResNet(1,1,1,1)/16 seed 1 -> layer1.0 of ...}. */
  static String cell(Action action, String senderCut, String receiverCut, Provenance provenance) {
    return senderCut
        + " of "
        + networkBehind(action, TO_SENDER, provenance)
        + " -> "
        + receiverCut
        + " of "
        + networkBehind(action, TO_RECEIVER, provenance);
  }

  /** {@code ResNet(1,1,1,1)/16}; described networks have no width. */
  static String architecture(List<Integer> blocks, int width, boolean plain, List<Layer> layers) {
    String name = Architecture.name(blocks, plain, layers);
    return width == 0 ? name : name + "/" + Integer.toUnsignedString(width);
  }

  /** {@code , first 1024}; empty for all. */
  static String examples(int examples) {
    return examples == 0 ? "" : ", first " + Integer.toUnsignedString(examples);
  }

  static String dtype(ElementType dtype) {
    return ", " + dtype.name().toLowerCase(Locale.ROOT);
  }

  /** {@code ResNet, program of 6 segments}. */
  static String program(PackProgram program) {
    String segments = "program of " + program.getSegmentCount() + " segments";
    return program.getName().isEmpty() ? segments : program.getName() + ", " + segments;
  }

  static String seed(long seed) {
    return ", seed " + Long.toUnsignedString(seed);
  }
}
