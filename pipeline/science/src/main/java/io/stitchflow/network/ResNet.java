package io.stitchflow.network;

import io.stitchflow.v1.BatchNormLayer;
import io.stitchflow.v1.ConvolutionLayer;
import io.stitchflow.v1.GlobalAveragePoolLayer;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.LinearLayer;
import io.stitchflow.v1.ReluLayer;
import io.stitchflow.v1.ResidualLayer;
import io.stitchflow.v1.SequenceLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a CIFAR ResNet of BasicBlocks: <a href="https://arxiv.org/abs/1512.03385">He et al.
 * 2015</a> with the four stages of the ImageNet networks, a 3x3 stem and no max-pool. Names are
 * torchvision's. A plain network is the same without shortcuts.
 */
final class ResNet {
  static final int STAGES = 4;

  private final boolean plain;
  private final List<Layer> layers = new ArrayList<>();

  private ResNet(boolean plain) {
    this.plain = plain;
  }

  /**
   * @param blocks blocks in each of the four stages
   * @param width channels of the stem and the first stage; later stages have 2, 4 and 8 times as
   *     many
   * @param plain without shortcuts
   * @param classes outputs of the linear layer
   */
  static List<Layer> layers(List<Integer> blocks, int width, boolean plain, int classes) {
    ResNet network = new ResNet(plain);
    network.layers.add(
        inside("", List.of(convolution("conv1", width, 3, 1), normalization("bn1"))));
    network.layers.add(relu("stem"));
    int in = width;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int i = 0; i < blocks.get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        network.addBlock("layer" + (stage + 1) + "." + i, in, width << stage, stride);
        in = width << stage;
      }
    }
    network.layers.add(
        Layer.newBuilder().setGlobalAvgPool(GlobalAveragePoolLayer.getDefaultInstance()).build());
    network.layers.add(
        Layer.newBuilder()
            .setName("fc")
            .setLinear(LinearLayer.newBuilder().setOutputs(classes).setBias(true))
            .build());
    return network.layers;
  }

  /** Two 3x3 convolutions beside a shortcut. */
  private void addBlock(String name, int in, int out, int stride) {
    List<Layer> body =
        List.of(
            convolution("conv1", out, 3, stride),
            normalization("bn1"),
            relu(""),
            convolution("conv2", out, 3, 1),
            normalization("bn2"));
    List<Layer> block = new ArrayList<>();
    if (plain) {
      block.addAll(body);
    } else {
      ResidualLayer.Builder residual = ResidualLayer.newBuilder().addAllBody(body);
      if (stride != 1 || in != out) {
        residual
            .addShortcut(convolution("downsample.0", out, 1, stride))
            .addShortcut(normalization("downsample.1"));
      }
      block.add(Layer.newBuilder().setResidual(residual).build());
    }
    block.add(relu(""));
    layers.add(inside(name, block));
  }

  private static Layer convolution(String name, int channels, int kernel, int stride) {
    ConvolutionLayer.Builder layer =
        ConvolutionLayer.newBuilder()
            .setChannels(channels)
            .addKernel(kernel)
            .addStride(stride)
            .setBias(false);
    if (kernel > 1) {
      layer.addPadding(kernel / 2);
    }
    return Layer.newBuilder().setName(name).setConv(layer).build();
  }

  private static Layer normalization(String name) {
    return Layer.newBuilder()
        .setName(name)
        .setBatchNorm(BatchNormLayer.getDefaultInstance())
        .build();
  }

  private static Layer relu(String name) {
    return Layer.newBuilder().setName(name).setRelu(ReluLayer.getDefaultInstance()).build();
  }

  private static Layer inside(String name, List<Layer> layers) {
    return Layer.newBuilder()
        .setName(name)
        .setSequence(SequenceLayer.newBuilder().addAllLayer(layers))
        .build();
  }
}
