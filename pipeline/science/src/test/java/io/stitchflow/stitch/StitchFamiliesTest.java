package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every stitch family, for each pair of these cuts that it fits. */
class StitchFamiliesTest {
  private static final List<CutPoint> CUTS =
      List.of(
          new CutPoint("large", List.of(2, 8, 8)),
          new CutPoint("wide", List.of(4, 8, 8)),
          new CutPoint("odd", List.of(2, 6, 6)),
          new CutPoint("small", List.of(3, 4, 4)),
          new CutPoint("position", List.of(3, 1, 1)),
          new CutPoint("tokens", List.of(3, 16, 1)),
          new CutPoint("class and tokens", List.of(2, 17, 1)),
          new CutPoint("class and few tokens", List.of(4, 5, 1)),
          new CutPoint("sequence", List.of(2, 6, 1)),
          new CutPoint("long sequence", List.of(3, 12, 1)),
          new CutPoint("vector", List.of(5)),
          new CutPoint("pair", List.of(2)));

  @TempDir Path directory;
  private final Lane lane = Lane.open();
  private final Random random = new Random(11);

  @AfterEach
  void close() {
    lane.close();
  }

  static Stream<StitchFamily> families() {
    return StitchFamilies.all().stream();
  }

  private static List<Stitch> stitches(StitchFamily family) {
    List<Stitch> stitches = new ArrayList<>();
    for (CutPoint from : CUTS) {
      for (CutPoint to : CUTS) {
        if (family.fits(from, to)) {
          stitches.add(new Stitch(family, from, to));
        }
      }
    }
    return stitches;
  }

  @ParameterizedTest
  @MethodSource("families")
  void family_anyName_isFoundAgain(StitchFamily family) {
    assertThat(StitchFamilies.get(family.name())).isSameAs(family);
    assertThat(family.name()).matches("[a-z][a-z0-9-]*");
    assertThat(family.joins()).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("families")
  void fits_cutsHere_areSomeAndNotAll(StitchFamily family) {
    assertThat(stitches(family).size()).isBetween(1, CUTS.size() * CUTS.size() - 1);
  }

  @ParameterizedTest
  @MethodSource("families")
  void stitch_cutsThatDoNotFit_isRefusedWithTheFamiliesThatFit(StitchFamily family) {
    for (CutPoint from : CUTS) {
      for (CutPoint to : CUTS) {
        if (!family.fits(from, to)) {
          List<String> fitting =
              StitchFamilies.fitting(from, to).stream().map(StitchFamily::name).toList();
          assertThatThrownBy(() -> Stitch.of(family.name(), from, to))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("'" + family.name() + "' does not fit '" + from.layer() + "' ")
              .hasMessageContaining(family.joins())
              .hasMessageEndingWith(fitting.isEmpty() ? "none" : String.join(", ", fitting));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void weightShape_everyPair_hasARowAChannelAndAnInputARow(StitchFamily family) {
    for (Stitch stitch : stitches(family)) {
      assertThat(stitch.weightShape().get(0)).isEqualTo(stitch.to().channels());
      assertThat(stitch.inputs())
          .as("%s", stitch)
          .isEqualTo(Regression.inputs(stitch.from().shape(), stitch.regression().window()));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void apply_everyPair_isWhatLeastSquaresPredicts(StitchFamily family) {
    for (Stitch stitch : stitches(family)) {
      NDArray x = noise(ColumnTrainer.shape(3, stitch.from().shape()));
      NDArray weight = noise(shape(stitch.weightShape()));
      NDArray bias = noise(new Shape(stitch.to().channels()));
      NDArray y = stitch.apply(x, weight, bias);
      assertThat(y.getShape()).isEqualTo(ColumnTrainer.shape(3, stitch.to().shape()));
      Regression regression = stitch.regression();
      NDArray predicted =
          Regression.float64(weight.reshape(stitch.to().channels(), stitch.inputs()))
              .matMul(regression.rows(x))
              .add(Regression.float64(bias.reshape(-1, 1)))
              // a block holds the same numbers at each of its positions
              .mul(regression.block() * regression.block());
      assertThat(Regression.blockSums(y, regression.block()).toDoubleArray())
          .as("%s", stitch)
          .containsExactly(predicted.toDoubleArray(), within(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void initialWeight_everyPair_isFiniteAndOfTheSeed(StitchFamily family) {
    for (Stitch stitch : stitches(family)) {
      try (FrozenStitch first = FrozenStitch.random(lane, stitch, 1);
          FrozenStitch again = FrozenStitch.random(lane, stitch, 1)) {
        assertThat(first.weight().getShape()).isEqualTo(shape(stitch.weightShape()));
        for (float number : first.weight().toFloatArray()) {
          assertThat(number).isFinite();
        }
        assertThat(again.weight().toFloatArray()).containsExactly(first.weight().toFloatArray());
        assertThat(first.bias().toFloatArray()).containsOnly(0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void load_savedStitch_isTheSameOfTheFamilyInTheFile(StitchFamily family) throws IOException {
    Path file = directory.resolve("stitch");
    for (Stitch stitch : stitches(family)) {
      try (FrozenStitch saved = FrozenStitch.random(lane, stitch, 4)) {
        saved.save(file);
        try (FrozenStitch loaded = FrozenStitch.load(lane, stitch.from(), stitch.to(), file)) {
          assertThat(loaded.stitch()).isEqualTo(stitch);
          assertThat(loaded.weight().toFloatArray()).containsExactly(saved.weight().toFloatArray());
          assertThat(loaded.bias().toFloatArray()).containsExactly(saved.bias().toFloatArray());
        }
      }
      assertThat(Safetensors.read(file).metadata())
          .containsEntry("family", family.name())
          .containsEntry("sender_cut", stitch.from().layer())
          .containsEntry("receiver_shape", stitch.to().shape().toString());
    }
  }

  @Test
  void get_unknownName_listsAllFamilies() {
    assertThatThrownBy(() -> StitchFamilies.get("linear"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'linear'")
        .hasMessageContaining(String.join(", ", StitchFamilies.names()));
  }

  private static Shape shape(List<Integer> sizes) {
    return new Shape(sizes.stream().mapToLong(Integer::longValue).toArray());
  }

  private NDArray noise(Shape shape) {
    ByteBuffer values = Lane.allocate((int) shape.size() * Float.BYTES);
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return lane.create(values.flip(), shape);
  }
}
