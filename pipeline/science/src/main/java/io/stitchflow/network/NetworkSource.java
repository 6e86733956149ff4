package io.stitchflow.network;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a network of an experiment is, before it is trained or loaded. */
public interface NetworkSource {
  /** For people: {@code ResNet(1,1,1,1)}. */
  String name();

  /** Channels of the stem of a ResNet; 0 where the network has no such number. */
  int width();

  /** Which images it takes, and how many logits it gives. */
  ClassificationTask task();

  /** Where it can be cut, from the images to the logits. */
  List<CutPoint> cuts();

  /**
   * The cut after {@code layer}.
   *
   * @throws IllegalArgumentException if there is none, with those there are
   */
  default CutPoint cut(String layer) {
    return cuts().stream()
        .filter(cut -> cut.layer().equals(layer))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "%s has no cut '%s'; choose one of %s",
                        name(),
                        layer,
                        cuts().stream().map(CutPoint::layer).collect(Collectors.joining(", ")))));
  }

  /** Trained numbers: weights, biases, and those of normalisation; not running statistics. */
  long parameterCount();

  /** Multiply-accumulates of one image's forward pass, in convolutions and linear layers. */
  long macs();

  /** Multiply-accumulates of one image's way from {@code cut} to the logits. */
  long macsAfter(CutPoint cut);
}
