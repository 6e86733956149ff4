package io.stitchflow.stitch;

import static io.stitchflow.stitch.Cells.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.content.Digest;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What must hold before any number of an experiment is believed, on trained networks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatesTest {
  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Subject network = Subject.NONE;
  private Cells self = new Cells(bench, network, network);

  @BeforeAll
  void train() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    network = Subject.of(bench, dataset, 4, 1);
    self = new Cells(bench, network, network);
  }

  @Test
  void gate1_identityInASelfPair_givesTheNetworksOwnLogitsToTheBit() throws IOException {
    try (Lane lane = Lane.open();
        Network frozen = LayeredNetwork.load(lane, network.network());
        TensorFile images = TensorFile.open(dataset.resolve("test"))) {
      NDArray pixels = new NetworkInputs(images, 64).batch(lane, 0, 64);
      float[] own = frozen.forward(pixels).toFloatArray();
      for (CutPoint cut : frozen.source().cuts()) {
        Stitch stitch = Stitch.between(cut, cut);
        NDArray x = frozen.prefix(pixels, cut);
        NDArray identity =
            lane.manager().eye(cut.channels()).reshape(cut.channels(), cut.channels(), 1, 1);
        NDArray bias = lane.manager().zeros(new Shape(cut.channels()));
        assertThat(frozen.suffix(stitch.apply(x, identity, bias), cut).toFloatArray())
            .as(cut.layer())
            .containsExactly(own);
        NDArray almost = identity.mul(1.01f);
        assertThat(frozen.suffix(stitch.apply(x, almost, bias), cut).toFloatArray())
            .as("not the identity")
            .isNotEqualTo(own);
      }
    }
  }

  @Test
  void gate2_leastSquaresInASelfPair_copiesAndKeepsTheNetworksOwnAccuracy() throws IOException {
    for (String cut : Subject.CUTS) {
      Path copy = self.copy(cut, cut);
      Comparison comparison = self.compare(cut, cut, copy, copy);
      for (Measurement split :
          List.of(comparison.getTrain(), comparison.getValidation(), comparison.getTest())) {
        assertThat(number(split, "r2_copy")).as(cut).isGreaterThan(0.999999);
        assertThat(number(split, "copy_agrees_with_receiver")).as(cut).isEqualTo(1);
        assertThat(number(split, "sv")).isZero();
        assertThat(number(split, "stitch_distance")).isZero();
        assertThat(number(split, "copy_cosine")).isEqualTo(1, within(1e-6));
        assertThat(number(split, "sender_cka")).isEqualTo(1, within(1e-5));
        assertThat(number(split, "copy_cka")).isEqualTo(1, within(1e-5));
        for (String measure : List.of("unbiased_cka", "within_class_cka", "mutual_neighbors")) {
          // Rounding may swap neighbours at nearly equal distances
          assertThat(number(split, "sender_" + measure)).as(cut).isEqualTo(1, within(1e-9));
          assertThat(number(split, "copy_" + measure)).as(cut).isEqualTo(1, within(0.02));
        }
        assertThat(number(split, "copy_unbiased_cka_p")).as(cut).isEqualTo(1 / 101.);
        assertThat(number(split, "copy_procrustes")).isEqualTo(0, within(1e-5));
        assertThat(number(split, "copy_mahalanobis")).isEqualTo(1, within(1e-2));
        assertThat(number(split, "copy_js_divergence")).isLessThan(1e-6);
        assertThat(MeasuredValues.of(split).series("copy_later_r2").values())
            .as(cut)
            .hasSize(Subject.CUTS.size() - 1 - Subject.CUTS.indexOf(cut))
            .allSatisfy(r2 -> assertThat(r2).isGreaterThan(0.9999));
        assertThat(MeasuredValues.of(split).series("ladder_r2"))
            .as(cut)
            .hasEntrySatisfying("identity", r2 -> assertThat(r2).isEqualTo(1, within(1e-5)))
            .hasEntrySatisfying("permutation", r2 -> assertThat(r2).isEqualTo(1, within(1e-5)))
            .hasEntrySatisfying("orthogonal", r2 -> assertThat(r2).isEqualTo(1, within(1e-5)))
            .hasEntrySatisfying("full", r2 -> assertThat(r2).isEqualTo(1, within(1e-5)));
        assertThat(number(split, "identity_mse")).isZero();
      }
      for (Measurement unseen : List.of(comparison.getValidation(), comparison.getTest())) {
        assertThat(number(unseen, "copy_fisher_r2")).as(cut).isGreaterThan(0.9999);
        assertThat(number(unseen, "copy_ood_auroc")).as(cut).isEqualTo(0.5, within(1e-2));
      }
      Measurement test = comparison.getTest();
      Evaluation own = network.curve().getTest();
      for (String exact : List.of("identity", "permutation")) {
        assertThat(number(test, exact + "_mse")).as(cut).isZero();
        assertThat(number(test, exact + "_accuracy")).as(cut).isEqualTo(accuracy(own));
        assertThat(number(test, exact + "_cross_entropy")).isEqualTo(own.getCrossEntropy());
      }
      assertThat(number(test, "random_mse")).isGreaterThan(number(test, "variance") / 2);
      assertThat(number(comparison.getTrain(), "random_mse")).isNaN();
      assertThat(correct(comparison.getTrain()) + correct(comparison.getValidation()))
          .isEqualTo(network.curve().getTrain().getCorrect());
      assertThat(number(test, "copy_accuracy")).isEqualTo(accuracy(own));
    }
  }

  private static long correct(Measurement split) {
    return Math.round(number(split, "copy_accuracy") * split.getExamples());
  }

  private static double accuracy(Evaluation evaluation) {
    return (double) evaluation.getCorrect() / evaluation.getExamples();
  }

  @Test
  void gate3_meanSquaredErrorByMoments_isThatOfStreaming() throws IOException {
    List<List<String>> cells =
        List.of(
            List.of("stem", "layer1.0"),
            List.of("layer1.0", "layer3.0"),
            List.of("layer4.0", "layer2.0"));
    for (List<String> cell : cells) {
      String from = cell.get(0);
      String to = cell.get(1);
      Path vanilla =
          bench.execute(new FitVanillaStitchExecutor(), self.vanilla(from, to)).resolve("stitch");
      Path copy = self.copy(from, to);
      Comparison streamed = self.compare(from, to, vanilla, copy);
      Stitch stitch =
          Stitch.between(
              new CutPoint(from, Cells.shape(network.train(from))),
              new CutPoint(to, Cells.shape(network.train(to))));
      Path gram = bench.execute(new CollectGramExecutor(), self.gram(from, stitch));
      Path cross = bench.execute(new CollectCrossMomentsExecutor(), self.cross(from, to));
      Moments moments =
          SplitMoments.read(stitch, gram.resolve("moments"), cross.resolve("moments")).fit();
      double ev = number(streamed.getTrain(), "ev");
      double es = number(streamed.getTrain(), "es");
      assertThat(moments.meanSquaredError(matrix(vanilla))).isEqualTo(ev, within(1e-6 * ev));
      assertThat(moments.meanSquaredError(matrix(copy))).isEqualTo(es, within(1e-6 * es));
      assertThat(es).as("the copy is the best of its family").isLessThan(ev);
      DMatrixRMaj difference = CommonOps_DDRM.subtract(matrix(vanilla), matrix(copy), null);
      double ofCopy = quadratic(moments, matrix(copy));
      double distance = number(streamed.getTrain(), "stitch_distance");
      assertThat(Math.sqrt(quadratic(moments, difference) / ofCopy))
          .isEqualTo(distance, within(1e-5 * distance));
    }
  }

  @Test
  void gate4_convolveThenUpsample_isUpsampleThenConvolve() {
    try (Lane lane = Lane.open()) {
      Stitch stitch =
          Stitch.between(
              new CutPoint("layer4.0", List.of(6, 4, 4)), new CutPoint("stem", List.of(5, 32, 32)));
      NDArray x = random(lane, new Shape(3, 6, 4, 4), 1);
      NDArray weight = random(lane, new Shape(5, 6, 1, 1), 2);
      NDArray bias = random(lane, new Shape(5), 3);
      NDArray paper = Functional.conv2d(Functional.upsampleNearest(x, 8), weight, bias, 1, 0);
      NDArray ours = stitch.apply(x, weight, bias);
      assertThat(ours.getShape()).isEqualTo(paper.getShape());
      assertThat(ours.sub(paper).abs().max().getFloat()).isLessThan(1e-6f);
    }
  }

  @Test
  void gate5_frozenHalves_hashTheSameBeforeAndAfterEveryStitch() throws IOException {
    Digest networkFile = Digest.of(network.network());
    Digest sent = Digest.of(network.train("layer1.0"));
    try (Lane lane = Lane.open();
        Network frozen = LayeredNetwork.load(lane, network.network())) {
      Digest arrays = frozen.digest();
      try (TensorFile sender = TensorFile.open(network.train("layer1.0"))) {
        bench.execute(new FitVanillaStitchExecutor(), self.vanilla("layer1.0", "layer2.0"));
        // The arrays themselves, through which a stitch learns
        Stitch stitch =
            Stitch.between(
                new CutPoint("layer1.0", sender.shape()), frozen.source().cut("layer2.0"));
        try (FrozenStitch trained = FrozenStitch.random(lane, stitch, 1)) {
          Learning.steps(lane, frozen, trained, sender, 5);
        }
      }
      assertThat(frozen.digest()).isEqualTo(arrays);
    }
    try (Lane lane = Lane.open();
        LayeredNetwork frozen = LayeredNetwork.load(lane, network.network());
        Network other = LayeredNetwork.random(lane, frozen.source(), 1)) {
      assertThat(other.digest()).as("what training moved").isNotEqualTo(frozen.digest());
    }
    assertThat(Digest.of(network.network())).isEqualTo(networkFile);
    assertThat(Digest.of(network.train("layer1.0"))).isEqualTo(sent);
  }

  @Test
  void gate6_accuracy_isOverTheWholeTestSplit() throws IOException {
    Path copy = self.copy("layer3.0", "layer3.0");
    Measurement test = self.compare("layer3.0", "layer3.0", copy, copy).getTest();
    assertThat(test.getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
    assertThat(number(test, "receiver_accuracy")).isEqualTo(accuracy(network.curve().getTest()));
    try (Lane lane = Lane.open();
        Network frozen = LayeredNetwork.load(lane, network.network());
        TensorFile images = TensorFile.open(dataset.resolve("test"))) {
      PredictionCounts tally = new PredictionCounts();
      for (int i = 0; i < images.rows(); i++) {
        int row = i;
        NDArray image = new NetworkInputs(images, 1).batch(lane, i, 1);
        tally.add(frozen.forward(image), j -> images.label(row));
      }
      assertThat(number(test, "receiver_accuracy")).isEqualTo(accuracy(tally.evaluation()));
    }
  }

  /** tr(W'GW). */
  private static double quadratic(Moments moments, DMatrixRMaj w) {
    DMatrixRMaj gw = CommonOps_DDRM.mult(moments.gram(), w, null);
    return CommonOps_DDRM.elementSum(CommonOps_DDRM.elementMult(w, gw, (DMatrixRMaj) null));
  }

  private static NDArray random(Lane lane, Shape shape, long seed) {
    ByteBuffer values = Lane.allocate((int) shape.size() * Float.BYTES);
    Random random = new Random(seed);
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return lane.create(values.flip(), shape);
  }

  /** A stitch's file as least squares has it: [inputs + 1, channels], the bias last. */
  static DMatrixRMaj matrix(Path file) throws IOException {
    SafetensorsFile stitch = Safetensors.read(file);
    NamedTensor bias = stitch.get("bias");
    int channels = bias.shape().get(0);
    FloatBuffer weights = stitch.get("weight").data().asFloatBuffer();
    FloatBuffer biases = bias.data().asFloatBuffer();
    int inputs = weights.remaining() / channels;
    DMatrixRMaj w = new DMatrixRMaj(inputs + 1, channels);
    for (int channel = 0; channel < channels; channel++) {
      for (int i = 0; i < inputs; i++) {
        w.set(i, channel, weights.get());
      }
      w.set(inputs, channel, biases.get());
    }
    return w;
  }
}
