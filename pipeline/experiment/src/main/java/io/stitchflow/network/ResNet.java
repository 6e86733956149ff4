package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.Architecture.Block;
import io.stitchflow.network.Architecture.Convolution;
import io.stitchflow.torch.Functional;
import java.util.List;

/**
 * The forward pass, as the paper draws it. Arrays on the way are closed as soon as nothing here
 * needs them; a recorded graph holds on to what its gradients need.
 */
final class ResNet {
  /** A convolution and the normalisation of its output. */
  @FunctionalInterface
  interface NormalizedConvolution {
    NDArray apply(NDArray x, Convolution convolution);
  }

  private final Convolution stem;
  private final List<Block> blocks;
  private final NormalizedConvolution normalized;
  private final NDArray weight;
  private final NDArray bias;

  /**
   * @param weight of the linear layer
   * @param bias of the linear layer
   */
  ResNet(
      Architecture architecture, NormalizedConvolution normalized, NDArray weight, NDArray bias) {
    this.stem = architecture.stem();
    this.blocks = architecture.residualBlocks();
    this.normalized = normalized;
    this.weight = weight;
    this.bias = bias;
  }

  int layers() {
    return 1 + blocks.size();
  }

  private NDArray stem(NDArray x) {
    try (NDArray y = normalized.apply(x, stem)) {
      return Functional.relu(y);
    }
  }

  private NDArray block(NDArray x, Block block) {
    try (NDArray y = residual(x, block)) {
      if (block.downsamples()) {
        try (NDArray shortcut = normalized.apply(x, block.downsample())) {
          y.addi(shortcut);
        }
      } else {
        y.addi(x);
      }
      return Functional.relu(y);
    }
  }

  private NDArray residual(NDArray x, Block block) {
    try (NDArray y = normalized.apply(x, block.first());
        NDArray z = Functional.relu(y)) {
      return normalized.apply(z, block.second());
    }
  }

  /** Global average pool and linear layer: the logits, [examples, classes]. */
  NDArray head(NDArray x) {
    try (NDArray pooled = Functional.globalAveragePool(x)) {
      return Functional.linear(pooled, weight, bias);
    }
  }

  /** The layers {@code from} until before {@code to}, the stem being 0; closes {@code x}. */
  NDArray layers(int from, int to, NDArray x) {
    NDArray y = x;
    for (int i = from; i < to; i++) {
      try (NDArray before = y) {
        y = i == 0 ? stem(before) : block(before, blocks.get(i - 1));
      }
    }
    return y;
  }
}
