package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.network.layer.BatchNormalization;
import io.stitchflow.network.layer.Convolution;
import io.stitchflow.network.layer.Linear;
import io.stitchflow.network.layer.Sequence;
import io.stitchflow.network.layer.Step;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  private static final Architecture SMALL =
      Architecture.parse("ResNet(2,1,1,1)", 8, ClassificationTask.CIFAR10);

  private final Lane lane = Lane.open();
  @TempDir Path directory;

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void suffix_ofPrefix_isForwardToTheBitAtEveryCut() {
    Network network = disturbed();
    NDArray images = images(3);
    float[] logits = network.forward(images).toFloatArray();
    for (CutPoint cut : SMALL.cuts()) {
      NDArray representation = network.prefix(images, cut);
      assertThat(representation.getShape().slice(1).getShape())
          .containsExactly(cut.shape().stream().mapToLong(Integer::longValue).toArray());
      assertThat(network.suffix(representation, cut).toFloatArray())
          .as(cut.layer())
          .containsExactly(logits);
    }
  }

  @Test
  void cuts_onePass_feedsWhatPrefixGives() {
    Network network = disturbed();
    NDArray images = images(2);
    List<String> seen = new ArrayList<>();
    NDArray logits =
        network.cuts(
            images,
            (cut, representation) -> {
              seen.add(cut.layer());
              assertThat(representation.toFloatArray())
                  .containsExactly(network.prefix(images, cut).toFloatArray());
            });
    assertThat(seen)
        .containsExactly("stem", "layer1.0", "layer1.1", "layer2.0", "layer3.0", "layer4.0");
    assertThat(logits.toFloatArray()).containsExactly(network.forward(images).toFloatArray());
  }

  @Test
  void forward_folded_isNormalisationByRunningStatistics() {
    Weights weights = disturbedWeights();
    NDArray images = images(4);
    float[] expected =
        new Sequence(List.copyOf(SMALL.sections()))
            .apply(images, new Unfolded(weights))
            .toFloatArray();
    assertThat(LayeredNetwork.of(weights).forward(images).toFloatArray())
        .containsExactly(expected, within(1e-4f));
  }

  @ParameterizedTest
  @ValueSource(strings = {Layers.VARIED, Layers.MODERN})
  void described_allKindsOfLayers_canBeCutAndFoldedLikeAResnet(String layers) {
    Weights weights = disturbed(Layers.described(layers));
    LayeredNetwork network = LayeredNetwork.of(weights);
    NDArray images = images(3);
    float[] logits = network.forward(images).toFloatArray();
    for (CutPoint cut : network.source().cuts()) {
      NDArray representation = network.prefix(images, cut);
      assertThat(representation.getShape().slice(1).getShape())
          .containsExactly(cut.shape().stream().mapToLong(Integer::longValue).toArray());
      assertThat(network.suffix(representation, cut).toFloatArray())
          .as(cut.layer())
          .containsExactly(logits);
      assertThat(network.suffix(representation, cut).toFloatArray())
          .as("again after " + cut.layer())
          .containsExactly(logits);
    }
    network.cuts(
        images,
        (cut, representation) ->
            assertThat(representation.toFloatArray())
                .as(cut.layer())
                .containsExactly(network.prefix(images, cut).toFloatArray()));
    float[] unfolded =
        new Sequence(List.copyOf(network.source().sections()))
            .apply(images, new Unfolded(weights))
            .toFloatArray();
    assertThat(logits).containsExactly(unfolded, within(1e-4f));
  }

  @Test
  void of_weightsThatChangeLater_isFrozenAsTheyWere() {
    for (Architecture architecture :
        List.of(SMALL, Layers.described(Layers.VARIED), Layers.described(Layers.MODERN))) {
      Weights weights = disturbed(architecture);
      Network network = LayeredNetwork.of(weights);
      Digest before = network.digest();
      for (Tensor tensor : architecture.tensors()) {
        weights.get(tensor.name()).addi(1);
      }
      assertThat(network.digest()).isEqualTo(before);
    }
  }

  @Test
  void described_aResnetByHand_givesTheSameLogitsToTheBit() {
    Architecture byHand = Layers.described(Layers.RESNET_2111_8);
    NDArray images = images(2);
    assertThat(LayeredNetwork.random(lane, byHand, 5).forward(images).toFloatArray())
        .containsExactly(LayeredNetwork.random(lane, SMALL, 5).forward(images).toFloatArray());
  }

  @Test
  void plain_withTheResnetsWeights_isItsResidualBranchAlone() {
    Architecture plain = Architecture.parse("PlainNet(1,1,1,1)", 8, ClassificationTask.CIFAR10);
    Network network = LayeredNetwork.random(lane, plain, 5);
    CutPoint cut = plain.cut("layer1.0");
    NDArray stem = network.prefix(images(2), plain.cut("stem"));
    try (Weights weights = Weights.random(lane, plain, 5)) {
      Step.Arithmetic unfolded = new Unfolded(weights);
      List<Step> parts = plain.sections().get(1).parts();
      NDArray y = Functional.relu(parts.get(0).apply(stem, unfolded));
      NDArray z = Functional.relu(parts.get(1).apply(y, unfolded));
      NDArray prefix = network.prefix(images(2), cut);
      assertThat(prefix.getShape()).isEqualTo(z.getShape());
      assertThat(prefix.sub(z).abs().max().getFloat()).isLessThan(1e-4f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Layers.VARIED, Layers.MODERN})
  void load_aDescribedNetwork_givesTheSameNetworkAndTheSameBytes(String layers) throws IOException {
    Weights weights = disturbed(Layers.described(layers));
    Path file = directory.resolve("network");
    weights.save(file);
    NDArray images = images(2);
    Network loaded = LayeredNetwork.load(lane, file);
    assertThat(loaded.source()).isEqualTo(weights.architecture());
    assertThat(loaded.forward(images).toFloatArray())
        .containsExactly(LayeredNetwork.of(weights).forward(images).toFloatArray());
    Weights.load(lane, file).save(directory.resolve("again"));
    assertThat(Digest.of(directory.resolve("again"))).isEqualTo(Digest.of(file));
  }

  @Test
  void forward_withAndWithoutGradient_leavesTheNetworkAsItWas() throws IOException {
    Weights weights = disturbedWeights();
    weights.save(directory.resolve("before"));
    Network network = LayeredNetwork.of(weights);
    NDArray images = images(2);
    float[] before = network.forward(images).toFloatArray();
    Autograd.withGradient(() -> network.forward(images));
    weights.save(directory.resolve("after"));
    assertThat(Digest.of(directory.resolve("after")))
        .isEqualTo(Digest.of(directory.resolve("before")));
    assertThat(network.forward(images).toFloatArray()).containsExactly(before);
  }

  @Test
  void suffix_withGradient_givesTheSlopeOfTheLogits() {
    // Channels that fill no vector, half of one, and one and a half
    for (int width : List.of(3, 4, 12)) {
      Architecture architecture =
          Architecture.parse("ResNet(1,1,1,1)", width, ClassificationTask.CIFAR10);
      assertSlope(LayeredNetwork.random(lane, architecture, 3), architecture.cut("layer1.0"));
    }
    Architecture varied = Layers.described(Layers.VARIED);
    for (String cut : List.of("norm", "mean", "flat", "hidden")) {
      assertSlope(LayeredNetwork.of(disturbed(varied)), varied.cut(cut));
    }
    Architecture modern = Layers.described(Layers.MODERN);
    // Cuts before a normalisation have no slope: it undoes what scales and shifts its input
    for (String cut :
        List.of("norm", "grouped", "dilated", "silu", "attention", "concat", "scale", "vector")) {
      assertSlope(LayeredNetwork.of(disturbed(modern)), modern.cut(cut));
    }
  }

  private void assertSlope(Network network, CutPoint cut) {
    NDArray x = network.prefix(images(2), cut);
    // No multiple of x and no shift alone, which normalisations undo
    NDArray along = x.square().add(0.5f).mul(1e-3f);
    NDArray scale = lane.manager().create(new float[] {0});
    try (Sgd sgd = new Sgd(List.of(scale), List.of(), 0, 0)) {
      NDArray sum =
          Autograd.withGradient(() -> network.suffix(x.add(along.mul(scale)), cut).square().sum());
      Autograd.backward(sum);
      sgd.step(1);
    }
    double up = squares(network.suffix(x.add(along), cut));
    double down = squares(network.suffix(x.sub(along), cut));
    assertThat(-scale.getFloat())
        .as(cut.layer())
        .isCloseTo((float) ((up - down) / 2), withinPercentage(2));
  }

  /** Summed in float64: the rounding of a sum in float32 is no small part of a small slope. */
  private static double squares(NDArray y) {
    double sum = 0;
    for (float each : y.toFloatArray()) {
      sum += (double) each * each;
    }
    return sum;
  }

  @Test
  void load_whatWasSaved_givesTheSameNetworkAndTheSameBytes() throws IOException {
    Weights weights = disturbedWeights();
    Path file = directory.resolve("network");
    weights.save(file);
    NDArray images = images(2);
    Network loaded = LayeredNetwork.load(lane, file);
    assertThat(loaded.source()).isEqualTo(SMALL);
    assertThat(loaded.forward(images).toFloatArray())
        .containsExactly(LayeredNetwork.of(weights).forward(images).toFloatArray());
    Weights.load(lane, file).save(directory.resolve("again"));
    assertThat(Digest.of(directory.resolve("again"))).isEqualTo(Digest.of(file));
  }

  @Test
  void load_notANetwork_saysWhy() throws IOException {
    Path file = directory.resolve("stitch");
    Safetensors.write(file, List.of(), new TreeMap<>());
    assertThatThrownBy(() -> LayeredNetwork.load(lane, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a network");
  }

  @Test
  void random_seeds_decideTheWeights() {
    NDArray images = images(2);
    float[] one = LayeredNetwork.random(lane, SMALL, 1).forward(images).toFloatArray();
    assertThat(LayeredNetwork.random(lane, SMALL, 1).forward(images).toFloatArray())
        .containsExactly(one);
    assertThat(LayeredNetwork.random(lane, SMALL, 2).forward(images).toFloatArray())
        .isNotEqualTo(one);
  }

  @Test
  void random_convolutions_haveKaimingsDeviation() {
    Weights weights =
        Weights.random(
            lane, Architecture.parse("ResNet(1,1,1,1)", 16, ClassificationTask.CIFAR10), 7);
    NDArray weight = weights.get("layer4.0.conv2.weight");
    double variance = weight.square().mean().getFloat();
    assertThat(variance).isEqualTo(2. / (128 * 9), within(2. / (128 * 9) * 0.02));
    assertThat(weight.mean().getFloat()).isEqualTo(0, within(1e-3f));
  }

  private Network disturbed() {
    return LayeredNetwork.of(disturbedWeights());
  }

  private Weights disturbedWeights() {
    return disturbed(SMALL);
  }

  /** Weights whose normalisation does something, as training would leave them. */
  private Weights disturbed(Architecture architecture) {
    Weights weights = Weights.random(lane, architecture, 5);
    Random random = new Random(6);
    for (Tensor tensor : architecture.tensors()) {
      if (tensor.shape().size() == 1) {
        weights.get(tensor.name()).addi(random.nextFloat());
      }
    }
    return weights;
  }

  private NDArray images(int count) {
    ByteBuffer buffer = Lane.allocate(count * 3 * 32 * 32 * Float.BYTES);
    Random random = new Random(1);
    while (buffer.hasRemaining()) {
      buffer.putFloat((float) random.nextGaussian());
    }
    return lane.create(buffer.flip(), new Shape(count, 3, 32, 32));
  }

  /** Convolution, then normalisation by running statistics, as two layers. */
  private record Unfolded(Weights weights) implements Step.Arithmetic {
    @Override
    public NDArray convolve(NDArray x, Convolution c) {
      NDArray bias = c.hasBias() ? weights.get(c.bias()) : null;
      NDArray y = Functional.conv2d(x, weights.get(c.weight()), bias, c.window(), c.groups());
      return c.norm() == null ? y : normalize(y, c.norm());
    }

    @Override
    public NDArray normalize(NDArray x, BatchNormalization normalization) {
      return Functional.batchNorm(x, normalization.arrays(weights::get));
    }

    @Override
    public NDArray linear(NDArray x, Linear linear) {
      return Functional.linear(
          x, weights.get(linear.weight()), linear.hasBias() ? weights.get(linear.bias()) : null);
    }

    @Override
    public NDArray array(String name) {
      return weights.get(name);
    }
  }
}
