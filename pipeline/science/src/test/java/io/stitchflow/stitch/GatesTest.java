package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.Pixels;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Control;
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
        Network frozen = Network.load(lane, network.network());
        TensorFile images = TensorFile.open(dataset.resolve("test"))) {
      NDArray pixels = lane.create(new Pixels(images, 64).read(0, 64), new Shape(64, 3, 32, 32));
      float[] own = frozen.forward(pixels).toFloatArray();
      for (CutPoint cut : frozen.architecture().cuts()) {
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
      for (Measurement split : List.of(comparison.getTrain(), comparison.getTest())) {
        assertThat(1 - split.getEs() / split.getVariance()).as(cut).isGreaterThan(0.999999);
        assertThat(split.getCopyAgreesWithReceiver()).as(cut).isEqualTo(1);
        assertThat(split.getSv()).isZero();
        assertThat(split.getStitchDistance()).isZero();
        assertThat(split.getCopyCosine()).isEqualTo(1, within(1e-6));
        assertThat(split.getSenderCka()).isEqualTo(1, within(1e-5));
        assertThat(split.getCopyCka()).isEqualTo(1, within(1e-5));
        assertThat(split.getCopyProcrustes()).isEqualTo(0, within(1e-5));
        assertThat(split.getCopyMahalanobis()).isEqualTo(1, within(1e-2));
        assertThat(split.getLaterList())
            .as(cut)
            .hasSize(Subject.CUTS.size() - 1 - Subject.CUTS.indexOf(cut))
            .allSatisfy(later -> assertThat(later.getCopyR2()).isGreaterThan(0.9999));
      }
      Measurement test = comparison.getTest();
      for (Control exact : List.of(test.getIdentity(), test.getPermutation())) {
        assertThat(exact.getMse()).as(cut).isZero();
        assertThat(exact.getEvaluation()).as(cut).isEqualTo(network.curve().getTest());
      }
      assertThat(test.getRandom().getMse()).isGreaterThan(test.getVariance() / 2);
      assertThat(comparison.getTrain().hasRandom()).isFalse();
      assertThat(comparison.getTrain().getCopy().getCorrect())
          .isEqualTo(network.curve().getTrain().getCorrect());
      assertThat(comparison.getTest().getCopy().getCorrect())
          .isEqualTo(network.curve().getTest().getCorrect());
    }
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
      Path gram = bench.execute(new CollectGramExecutor(), self.gram(from, stitch.patch()));
      Path cross = bench.execute(new CollectCrossMomentsExecutor(), self.cross(from, to));
      Moments moments =
          SplitMoments.read(stitch, gram.resolve("moments"), cross.resolve("moments")).total();
      double ev = streamed.getTrain().getEv();
      double es = streamed.getTrain().getEs();
      assertThat(moments.meanSquaredError(matrix(vanilla))).isEqualTo(ev, within(1e-6 * ev));
      assertThat(moments.meanSquaredError(matrix(copy))).isEqualTo(es, within(1e-6 * es));
      assertThat(es).as("the copy is the best of its family").isLessThan(ev);
      DMatrixRMaj difference = CommonOps_DDRM.subtract(matrix(vanilla), matrix(copy), null);
      double ofCopy = quadratic(moments, matrix(copy));
      double distance = streamed.getTrain().getStitchDistance();
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
      assertThat(stitch.apply(x, weight, bias).toFloatArray())
          .containsExactly(paper.toFloatArray(), within(1e-6f));
    }
  }

  @Test
  void gate5_frozenHalves_hashTheSameBeforeAndAfterEveryStitch() throws IOException {
    Digest networkFile = Digest.of(network.network());
    Digest sent = Digest.of(network.train("layer1.0"));
    try (Lane lane = Lane.open();
        Network frozen = Network.load(lane, network.network())) {
      Digest arrays = frozen.digest();
      try (TensorFile sender = TensorFile.open(network.train("layer1.0"))) {
        bench.execute(new FitVanillaStitchExecutor(), self.vanilla("layer1.0", "layer2.0"));
        // The arrays themselves, through which a stitch learns
        Stitch stitch =
            Stitch.between(
                new CutPoint("layer1.0", sender.shape()), frozen.architecture().cut("layer2.0"));
        try (FrozenStitch trained = FrozenStitch.random(lane, stitch, 1)) {
          Learning.steps(lane, frozen, trained, sender, 5);
        }
      }
      assertThat(frozen.digest()).isEqualTo(arrays);
    }
    try (Lane lane = Lane.open();
        Network frozen = Network.load(lane, network.network());
        Network other = Network.random(lane, frozen.architecture(), 1)) {
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
    assertThat(test.getVanilla().getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
    assertThat(test.getCopy().getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
    assertThat(test.getReceiver()).isEqualTo(network.curve().getTest());
    try (Lane lane = Lane.open();
        Network frozen = Network.load(lane, network.network());
        TensorFile images = TensorFile.open(dataset.resolve("test"))) {
      PredictionCounts tally = new PredictionCounts();
      for (int i = 0; i < images.rows(); i++) {
        int row = i;
        NDArray image = lane.create(new Pixels(images, 1).read(i, 1), new Shape(1, 3, 32, 32));
        tally.add(frozen.forward(image), j -> images.label(row));
      }
      assertThat(test.getReceiver().getCorrect()).isEqualTo(tally.evaluation().getCorrect());
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
