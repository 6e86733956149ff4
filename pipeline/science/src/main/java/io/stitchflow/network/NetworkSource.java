package io.stitchflow.network;

import java.util.List;

/** What a network of an experiment is, before it is trained or loaded. */
public interface NetworkSource {
  /** For people: {@code ResNet(1,1,1,1)}. */
  String name();

  /** Where it can be cut, from the images to the logits. */
  List<CutPoint> cuts();

  /** Trained numbers: weights, biases, and those of normalisation; not running statistics. */
  long parameterCount();

  /** Multiply-accumulates of one image's forward pass, in convolutions and linear layers. */
  long macs();

  /** Multiply-accumulates of one image's way from {@code cut} to the logits. */
  long macsAfter(CutPoint cut);
}
