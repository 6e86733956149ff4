package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.tensor.Safetensors;
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

class NetworkTest {
  private static final Architecture SMALL = Architecture.parse("ResNet(2,1,1,1)", 8);

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
    ResNet unfolded =
        new ResNet(
            SMALL,
            (x, c) ->
                Functional.batchNorm(
                    Functional.conv2d(x, weights.get(c.weight()), null, c.stride(), c.padding()),
                    weights.norm(c)),
            weights.get("fc.weight"),
            weights.get("fc.bias"));
    NDArray images = images(4);
    float[] expected =
        unfolded.head(unfolded.layers(0, unfolded.layers(), images.duplicate())).toFloatArray();
    assertThat(Network.of(weights).forward(images).toFloatArray())
        .containsExactly(expected, within(1e-4f));
  }

  @Test
  void forward_withAndWithoutGradient_leavesTheNetworkAsItWas() throws IOException {
    Weights weights = disturbedWeights();
    weights.save(directory.resolve("before"));
    Network network = Network.of(weights);
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
      Architecture architecture = Architecture.parse("ResNet(1,1,1,1)", width);
      CutPoint cut = architecture.cut("layer1.0");
      Network network = Network.random(lane, architecture, 3);
      NDArray x = network.prefix(images(2), cut);
      NDArray along = x.add(0.5f).mul(1e-3f);
      NDArray scale = lane.manager().create(new float[] {0});
      try (Sgd sgd = new Sgd(List.of(scale), List.of(), 0, 0)) {
        NDArray sum =
            Autograd.withGradient(
                () -> network.suffix(x.add(along.mul(scale)), cut).square().sum());
        Autograd.backward(sum);
        sgd.step(1);
      }
      double up = network.suffix(x.add(along), cut).square().sum().getFloat();
      double down = network.suffix(x.sub(along), cut).square().sum().getFloat();
      assertThat(-scale.getFloat()).isCloseTo((float) ((up - down) / 2), withinPercentage(2));
    }
  }

  @Test
  void load_whatWasSaved_givesTheSameNetworkAndTheSameBytes() throws IOException {
    Weights weights = disturbedWeights();
    Path file = directory.resolve("network");
    weights.save(file);
    NDArray images = images(2);
    Network loaded = Network.load(lane, file);
    assertThat(loaded.architecture()).isEqualTo(SMALL);
    assertThat(loaded.forward(images).toFloatArray())
        .containsExactly(Network.of(weights).forward(images).toFloatArray());
    Weights.load(lane, file).save(directory.resolve("again"));
    assertThat(Digest.of(directory.resolve("again"))).isEqualTo(Digest.of(file));
  }

  @Test
  void load_notANetwork_saysWhy() throws IOException {
    Path file = directory.resolve("stitch");
    Safetensors.write(file, List.of(), new TreeMap<>());
    assertThatThrownBy(() -> Network.load(lane, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a network");
  }

  @Test
  void random_seeds_decideTheWeights() {
    NDArray images = images(2);
    float[] one = Network.random(lane, SMALL, 1).forward(images).toFloatArray();
    assertThat(Network.random(lane, SMALL, 1).forward(images).toFloatArray()).containsExactly(one);
    assertThat(Network.random(lane, SMALL, 2).forward(images).toFloatArray()).isNotEqualTo(one);
  }

  @Test
  void random_convolutions_haveKaimingsDeviation() {
    Weights weights = Weights.random(lane, Architecture.parse("ResNet(1,1,1,1)", 16), 7);
    NDArray weight = weights.get("layer4.0.conv2.weight");
    double variance = weight.square().mean().getFloat();
    assertThat(variance).isEqualTo(2. / (128 * 9), within(2. / (128 * 9) * 0.02));
    assertThat(weight.mean().getFloat()).isEqualTo(0, within(1e-3f));
  }

  private Network disturbed() {
    return Network.of(disturbedWeights());
  }

  /** Weights whose normalisation does something, as training would leave them. */
  private Weights disturbedWeights() {
    Weights weights = Weights.random(lane, SMALL, 5);
    Random random = new Random(6);
    for (Architecture.Convolution convolution : SMALL.convolutions()) {
      Functional.BatchNorm norm = weights.norm(convolution);
      for (NDArray array : List.of(norm.weight(), norm.bias(), norm.mean(), norm.variance())) {
        array.addi(random.nextFloat());
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
}
