package io.stitchflow.stitch;

import static io.stitchflow.stitch.Cells.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.network.program.Programs;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gates, on networks that are programs: of maps, and of tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgramGatesTest {
  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Subject maps = Subject.NONE;
  private Subject tokens = Subject.NONE;

  @BeforeAll
  void importPrograms() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    maps = Subject.imported(bench, dataset, Programs.small(directory), Programs.CUTS);
    tokens = Subject.imported(bench, dataset, Programs.vit(directory), Programs.VIT_CUTS);
  }

  Stream<Subject> networks() {
    return Stream.of(maps, tokens);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gate1_identityInASelfPair_givesTheNetworksOwnLogitsToTheBit(Subject network)
      throws IOException {
    try (Lane lane = Lane.open();
        Network frozen = NetworkFile.open(lane, network.network());
        TensorFile images = TensorFile.open(dataset.resolve("test"))) {
      NDArray pixels = frozen.inputs(images, 64).batch(lane, 0, 64);
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
        assertThat(frozen.suffix(stitch.apply(x, identity.mul(1.01f), bias), cut).toFloatArray())
            .as("not the identity")
            .isNotEqualTo(own);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gate2_leastSquaresInASelfPair_copiesAndKeepsTheNetworksOwnAccuracy(Subject network)
      throws IOException {
    Cells self = new Cells(bench, network, network);
    Evaluation own = network.curve().getTest();
    double accuracy = (double) own.getCorrect() / own.getExamples();
    for (String cut : network.train().keySet()) {
      Path copy = self.copy(cut, cut);
      Measurement test = self.compare(cut, cut, copy, copy).getTest();
      assertThat(number(test, "r2_copy")).as(cut).isGreaterThan(0.999999);
      assertThat(number(test, "copy_agrees_with_receiver")).as(cut).isEqualTo(1);
      assertThat(number(test, "identity_mse")).as(cut).isZero();
      assertThat(number(test, "identity_accuracy")).as(cut).isEqualTo(accuracy);
      assertThat(number(test, "identity_cross_entropy")).isEqualTo(own.getCrossEntropy());
      assertThat(number(test, "copy_accuracy")).isEqualTo(accuracy);
      assertThat(number(test, "sender_cka")).isEqualTo(1, within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gate5_frozenProgram_hashesTheSameBeforeAndAfterItsStitches(Subject network)
      throws IOException {
    Cells self = new Cells(bench, network, network);
    String from = network.train().keySet().iterator().next();
    Digest file = Digest.of(network.network());
    try (Lane lane = Lane.open();
        Network frozen = NetworkFile.open(lane, network.network());
        TensorFile sender = TensorFile.open(network.train(from))) {
      Digest before = frozen.digest();
      bench.execute(new FitVanillaStitchExecutor(), self.vanilla(from, last(network)));
      Stitch stitch =
          Stitch.between(new CutPoint(from, sender.shape()), frozen.source().cut(last(network)));
      try (FrozenStitch trained = FrozenStitch.random(lane, stitch, 1)) {
        float[] start = trained.weight().toFloatArray();
        Learning.steps(lane, frozen, trained, sender, 5);
        assertThat(trained.weight().toFloatArray()).isNotEqualTo(start);
      }
      assertThat(frozen.digest()).isEqualTo(before);
    }
    assertThat(Digest.of(network.network())).isEqualTo(file);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void vanilla_trainedTwice_givesTheSameBytes(Subject network) throws IOException {
    Cells pair = new Cells(bench, network, network.equals(maps) ? tokens : maps);
    for (String from : network.train().keySet()) {
      Bench.Run run = pair.vanilla(from, last(pair.receiver()));
      Digest first =
          Digest.of(bench.execute(new FitVanillaStitchExecutor(), run).resolve("stitch"));
      Digest second =
          Digest.of(bench.execute(new FitVanillaStitchExecutor(), run).resolve("stitch"));
      assertThat(second).isEqualTo(first);
    }
  }

  private static String last(Subject network) {
    return network.train().keySet().stream().reduce((first, second) -> second).orElseThrow();
  }
}
