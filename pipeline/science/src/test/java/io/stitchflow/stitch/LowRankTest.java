package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.StitchRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Test;

/** Stitches of low rank: where they start, how they learn, and what is stored. */
class LowRankTest extends BetweenTwoNetworks {
  private static final StitchRecipe RECIPE =
      Cells.RECIPE.toBuilder().setLearningRate(0.1).setWeightDecay(0).setWhiten(true).build();
  private static final String TO = "layer2.0";

  /** Of every family into {@link #TO}, which has 8 channels. */
  private static final List<String> FROM = List.of("stem", "layer1.0", "layer2.0", "layer4.0");

  @Test
  void start_everyFamily_isTheCopyRestrictedToTheRank() throws IOException {
    for (String from : FROM) {
      Path copy = cells.copy(from, TO);
      Map<String, Double> ladder =
          MeasuredValues.of(cells.compare(from, TO, copy, copy).getTrain()).series("ladder_r2");
      for (int rank : from.equals("stem") ? List.of(1, 2) : List.of(1, 4)) {
        Path start = fit(from, rank, RECIPE.toBuilder().setEpochs(0).build());
        double r2 = Cells.number(cells.compare(from, TO, start, copy).getTrain(), "r2_vanilla");
        double expected = Objects.requireNonNull(ladder.get("rank_" + rank));
        assertThat(r2).as("%s, rank %d", from, rank).isEqualTo(expected, within(1e-5));
        assertThat(rankOf(start)).isEqualTo(rank);
      }
    }
  }

  @Test
  void stitch_trained_hasTheRankAndIsNotItsStart() throws IOException {
    for (String from : FROM) {
      for (boolean whiten : List.of(true, false)) {
        StitchRecipe recipe = RECIPE.toBuilder().setWhiten(whiten).setLearningRate(0.01).build();
        Path trained = fit(from, 2, recipe);
        Path start = fit(from, 2, recipe.toBuilder().setEpochs(0).build());
        assertThat(rankOf(trained)).as(from).isEqualTo(2);
        assertThat(distance(trained, start)).as(from).isGreaterThan(1e-3);
      }
    }
  }

  @Test
  void ranks_trainedTogether_haveTheBytesOfEachAlone() throws IOException {
    List<Integer> ranks = List.of(1, 2, 3);
    List<Bench.Run> runs = new ArrayList<>();
    for (int rank : ranks) {
      runs.add(run("layer1.0", rank, RECIPE));
      runs.add(run("layer4.0", rank, RECIPE));
    }
    List<Path> together = bench.executeAll(new FitVanillaStitchExecutor(), runs);
    for (int i = 0; i < runs.size(); i++) {
      Path alone =
          bench.execute(
              new FitVanillaStitchExecutor(),
              run(i % 2 == 0 ? "layer1.0" : "layer4.0", ranks.get(i / 2), RECIPE));
      for (String output : List.of("stitch", "training")) {
        assertThat(together.get(i).resolve(output)).hasSameBinaryContentAs(alone.resolve(output));
      }
    }
  }

  @Test
  void step_ofTheFactors_followsTheGradientOfTheWeight() throws IOException {
    CutPoint from = new CutPoint("layer1.0", List.of(3, 8, 8));
    CutPoint to = new CutPoint("layer2.0", List.of(5, 4, 4));
    Stitch stitch = Stitch.between(from, to);
    Random random = new Random(5);
    DMatrixRMaj directions = new DMatrixRMaj(5, 2);
    directions.set(0, 0, 0.6);
    directions.set(3, 0, 0.8);
    directions.set(2, 1, 1);
    float[] right = noise(random, 2 * stitch.inputs());
    float[] weight = new float[5 * stitch.inputs()];
    for (int out = 0; out < 5; out++) {
      for (int in = 0; in < stitch.inputs(); in++) {
        for (int r = 0; r < 2; r++) {
          weight[out * stitch.inputs() + in] +=
              (float) (directions.get(out, r) * right[r * stitch.inputs() + in]);
        }
      }
    }
    try (Lane lane = Lane.open();
        FrozenStitch start = new Affine(weight, noise(random, 5)).open(lane, stitch);
        TrainableStitch whole = TrainableStitch.plain(lane, start);
        TrainableStitch factored = TrainableStitch.ofLowRank(lane, start, null, directions)) {
      NDArray x = array(lane, random, 6, 3, 8, 8);
      // A linear function of the output, so that the gradient is that of any weight
      NDArray slope = array(lane, random, 6, 5, 4, 4);
      assertThat(factored.apply(x).sub(whole.apply(x)).abs().max().getFloat()).isLessThan(1e-4f);
      DMatrixRMaj gradient = moved(whole, x, slope).get(0);
      DMatrixRMaj before = matrix(factored.decayed().get(1));
      List<DMatrixRMaj> moved = moved(factored, x, slope);
      near(moved.get(0), CommonOps_DDRM.multTransB(gradient, before, null));
      near(moved.get(1), CommonOps_DDRM.multTransA(directions, gradient, null));
    }
  }

  /** How a step of rate 1 lowers each of the arrays that decay applies to. */
  private static List<DMatrixRMaj> moved(TrainableStitch stitch, NDArray x, NDArray slope) {
    List<DMatrixRMaj> before = stitch.decayed().stream().map(LowRankTest::matrix).toList();
    try (Sgd descent = new Sgd(stitch.decayed(), stitch.undecayed(), 0, 0)) {
      Autograd.backward(Autograd.withGradient(() -> stitch.apply(x).mul(slope).sum()));
      descent.step(1);
    }
    List<DMatrixRMaj> moved = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      moved.add(CommonOps_DDRM.subtract(before.get(i), matrix(stitch.decayed().get(i)), null));
    }
    return moved;
  }

  private static void near(DMatrixRMaj actual, DMatrixRMaj expected) {
    double largest = CommonOps_DDRM.elementMaxAbs(expected);
    assertThat(largest).isGreaterThan(1);
    for (int i = 0; i < expected.getNumElements(); i++) {
      assertThat(actual.get(i)).isEqualTo(expected.get(i), within(1e-5 * largest));
    }
  }

  /** [first axis, the rest]. */
  private static DMatrixRMaj matrix(NDArray array) {
    int rows = Math.toIntExact(array.getShape().get(0));
    float[] values = Affine.floats(array);
    DMatrixRMaj matrix = new DMatrixRMaj(rows, values.length / rows);
    for (int i = 0; i < values.length; i++) {
      matrix.data[i] = values[i];
    }
    return matrix;
  }

  @Test
  void frozen_whitened_isTheStart() throws IOException {
    CutPoint cut = new CutPoint("layer1.0", Cells.shape(cells.sender().train("layer1.0")));
    CutPoint to = new CutPoint(TO, Cells.shape(cells.receiver().train(TO)));
    Stitch stitch = Stitch.between(cut, to);
    Whitening whitening = Whitening.read(cut, gram("layer1.0", List.of(1, 1)));
    Moments moments =
        SplitMoments.read(stitch, gram("layer1.0", stitch.regression().window()), cross("layer1.0"))
            .fit();
    try (Lane lane = Lane.open();
        FrozenStitch copy = FrozenStitch.load(lane, stitch, cells.copy("layer1.0", TO))) {
      ReducedRankCopy restricted = ReducedRankCopy.of(Affine.of(copy), moments, 3);
      try (FrozenStitch start = restricted.stitch().open(lane, stitch);
          TrainableStitch learning =
              TrainableStitch.ofLowRank(lane, start, whitening, restricted.directions());
          FrozenStitch frozen = learning.frozen(lane)) {
        float[] expected = restricted.stitch().weight();
        float[] actual = Affine.of(frozen).weight();
        for (int i = 0; i < expected.length; i++) {
          assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
        }
      }
      assertThatThrownBy(() -> ReducedRankCopy.of(Affine.of(copy), moments, 8))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "a stitch of 16 inputs and 8 channels has a restricted rank from 1 to 7, but was: 8");
    }
  }

  @Test
  void lowRank_notFromTheCopyOrNormalised_isRefused() throws IOException {
    for (FitVanillaStitch.Builder parameters :
        List.of(
            parameters("layer1.0", 2, RECIPE).setInitialization(Initialization.KAIMING),
            parameters(
                "layer1.0", 2, RECIPE.toBuilder().setWhiten(false).setBatchNorm(true).build()))) {
      assertThatThrownBy(
              () -> bench.execute(new FitVanillaStitchExecutor(), run("layer1.0", parameters)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a stitch of rank 2 starts at the copy and without batch_norm");
    }
  }

  private Path fit(String from, int rank, StitchRecipe recipe) throws IOException {
    return bench.execute(new FitVanillaStitchExecutor(), run(from, rank, recipe)).resolve("stitch");
  }

  private Bench.Run run(String from, int rank, StitchRecipe recipe) throws IOException {
    return run(from, parameters(from, rank, recipe));
  }

  private FitVanillaStitch.Builder parameters(String from, int rank, StitchRecipe recipe)
      throws IOException {
    return FitVanillaStitch.newBuilder()
        .setSenderCut(from)
        .setReceiverCut(TO)
        .setFamily(stitch(from).family().name())
        .setObjective("task")
        .setRecipe(recipe)
        .setInitialization(Initialization.COPY)
        .setRank(rank)
        .setSeed(3);
  }

  private Stitch stitch(String from) throws IOException {
    return Stitch.between(
        new CutPoint(from, Cells.shape(cells.sender().train(from))),
        new CutPoint(TO, Cells.shape(cells.receiver().train(TO))));
  }

  private Bench.Run run(String from, FitVanillaStitch.Builder parameters) throws IOException {
    return bench.stage(
        Action.newBuilder().setFitVanillaStitch(parameters),
        "sender",
        cells.sender().train(from),
        "network",
        cells.receiver().network(),
        "start",
        cells.copy(from, TO),
        "sender.gram",
        gram(from, List.of(1, 1)),
        "gram",
        gram(from, stitch(from).regression().window()),
        "cross",
        cross(from));
  }

  private Path gram(String from, List<Integer> window) throws IOException {
    return bench.execute(new CollectGramExecutor(), cells.gram(from, window)).resolve("moments");
  }

  private Path cross(String from) throws IOException {
    return bench
        .execute(new CollectCrossMomentsExecutor(), cells.cross(from, TO))
        .resolve("moments");
  }

  /** Singular values of the weight above rounding. */
  private static int rankOf(Path stitch) throws IOException {
    DMatrixRMaj w = GatesTest.matrix(stitch);
    DMatrixRMaj weight = CommonOps_DDRM.extract(w, 0, w.numRows - 1, 0, w.numCols);
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(weight.numRows, weight.numCols, false, false, true);
    assertThat(svd.decompose(weight)).isTrue();
    double[] values = svd.getSingularValues();
    double largest = Arrays.stream(values).max().orElseThrow();
    return (int) Arrays.stream(values).filter(value -> value > 1e-6 * largest).count();
  }

  private static double distance(Path a, Path b) throws IOException {
    DMatrixRMaj difference =
        CommonOps_DDRM.subtract(GatesTest.matrix(a), GatesTest.matrix(b), null);
    return CommonOps_DDRM.elementMaxAbs(difference);
  }

  private static float[] noise(Random random, int count) {
    float[] noise = new float[count];
    for (int i = 0; i < count; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }

  private static NDArray array(Lane lane, Random random, long... shape) {
    Shape sizes = new Shape(shape);
    ByteBuffer bytes = Lane.allocate(Math.toIntExact(sizes.size()) * Float.BYTES);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return lane.create(bytes.flip(), sizes);
  }
}
