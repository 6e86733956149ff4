package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.ImageTask;
import io.stitchflow.network.Network;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every objective, on random representations and a random receiver. */
class ObjectivesTest {
  private static final int EXAMPLES = 20;
  private static final int[] ROWS = {3, 1, 19, 7, 12};

  @TempDir Path directory;

  static Stream<Objective> objectives() {
    return Objectives.all().stream();
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void objective_anyName_isFoundAgain(Objective objective) {
    assertThat(Objectives.get(objective.name())).isSameAs(objective);
    assertThat(objective.name()).matches("[a-z][a-z0-9-]*");
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void loss_stepsOfDescent_fallsFromAFiniteNumber(Objective objective) throws IOException {
    try (Lane lane = Lane.open();
        Network receiver =
            Network.random(lane, Architecture.parse("ResNet(1,1,1,1)", 4, ImageTask.CIFAR10), 1)) {
      CutPoint cut = receiver.architecture().cut("layer4.0");
      try (TensorFile sender = TensorFile.open(representation(cut, 2));
          TensorFile own = TensorFile.open(representation(cut, 3));
          FrozenStitch stitch = FrozenStitch.random(lane, Stitch.between(cut, cut), 4);
          Sgd sgd = new Sgd(List.of(stitch.weight()), List.of(stitch.bias()), 0, 0)) {
        Objective.BatchLoss loss =
            objective.open(new ObjectiveInputs(lane, sender, cut, receiver, own));
        List<Double> losses = new ArrayList<>();
        for (int step = 0; step < 5; step++) {
          Lane.scoped(
              () -> {
                NDArray x = rows(lane, sender);
                NDArray target = loss.target(ROWS, 1, 4);
                NDArray now = Autograd.withGradient(() -> loss.loss(stitch.apply(x), target));
                losses.add(HostArray.number(now));
                Autograd.backward(now);
                sgd.step(1e-2);
              });
        }
        assertThat(losses).allMatch(number -> Double.isFinite(number) && number > 0);
        assertThat(losses.get(4)).isLessThan(losses.get(0));
      }
    }
  }

  @Test
  void get_unknownName_listsAllObjectives() {
    assertThatThrownBy(() -> Objectives.get("tusk"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'tusk'")
        .hasMessageContaining(String.join(", ", Objectives.names()));
  }

  /** The batch of {@link #ROWS} without the first. */
  private static NDArray rows(Lane lane, TensorFile file) {
    ByteBuffer buffer = Lane.allocate(4 * file.elementsPerRow() * Float.BYTES);
    file.gatherFloats(ROWS, 1, 4, buffer);
    return lane.create(buffer, ColumnTrainer.shape(4, file.shape()));
  }

  private Path representation(CutPoint cut, long seed) throws IOException {
    float[] values = new float[EXAMPLES * cut.elements()];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Path own = Files.createDirectory(directory.resolve(String.valueOf(seed)));
    return new Bench(own).representation(cut.shape(), values);
  }
}
