package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.network.CutPoint;
import io.stitchflow.statistics.Matrix;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What simpler stitches and a probe reach, from the files of representations. */
class CapacityTest extends BetweenTwoNetworks {
  /** Sixteen channels of 8 x 8. */
  private static final String CUT = "layer3.0";

  private static final List<Integer> SHAPE = List.of(16, 8, 8);
  private static final int POSITIONS = 64;

  @Test
  void ladder_receiverOfRankThree_isReachedAtRankThree() throws IOException {
    Random random = new Random(1);
    Matrix map =
        Matrix.normal(random, 16, 16)
            .rightSingularVectors()
            .firstColumns(3)
            .times(Matrix.normal(random, 3, 3).rightSingularVectors())
            .times(Matrix.normal(random, 16, 16).rightSingularVectors().firstRows(3));
    Comparison comparison = compare(related(map));
    for (Measurement split : splits(comparison)) {
      Map<String, Double> r2 = ladder(split);
      assertThat(r2.get("rank_1")).isLessThan(0.5);
      assertThat(r2.get("rank_2")).isLessThan(0.8);
      assertThat(r2.get("rank_4")).isEqualTo(1, within(1e-5));
      assertThat(r2.get("full")).isEqualTo(1, within(1e-5));
      assertThat(Cells.number(split, "effective_rank")).isEqualTo(3);
    }
  }

  @Test
  void ladder_permutedSender_isReachedByAPermutation() throws IOException {
    int[] reversed = IntStream.range(0, 16).map(i -> 15 - i).toArray();
    Comparison comparison = compare(related(Matrix.identity(16).chosenColumns(reversed)));
    for (Measurement split : splits(comparison)) {
      Map<String, Double> r2 = ladder(split);
      assertThat(r2.get("identity")).isLessThan(0);
      assertThat(r2.get("permutation")).isEqualTo(1, within(1e-5));
      assertThat(r2.get("orthogonal")).isEqualTo(1, within(1e-5));
      // The control has no bias, which the receiver has
      assertThat(Cells.number(split, "permutation_mse")).isEqualTo(25, within(1e-4));
    }
  }

  @Test
  void ladder_rotatedSender_isReachedByARotationOnly() throws IOException {
    Matrix rotation = Matrix.normal(new Random(2), 16, 16).rightSingularVectors().times(3);
    Comparison comparison = compare(related(rotation));
    for (Measurement split : splits(comparison)) {
      Map<String, Double> r2 = ladder(split);
      assertThat(r2.get("permutation")).isLessThan(0.9);
      assertThat(r2.get("orthogonal")).isEqualTo(1, within(1e-5));
    }
  }

  @Test
  void ladder_everyFamilyAndSolver_risesToTheCopy() throws IOException {
    for (String from : List.of("stem", "layer1.0", "layer2.0", "layer4.0")) {
      Path copy = cells.copy(from, "layer2.0");
      Comparison comparison = cells.compare(from, "layer2.0", copy, copy);
      for (Measurement split : splits(comparison)) {
        assertThat(ladder(split).get("full"))
            .as(from)
            .isEqualTo(Cells.number(split, "r2_copy"), within(1e-5));
      }
      assertRisesOnTrain(from, comparison);
    }
    Path bySgd =
        bench
            .execute(new FitCopyStitchExecutor(), cells.copyBySgd("layer2.0", "layer2.0"))
            .resolve("stitch");
    Comparison comparison = cells.compare("layer2.0", "layer2.0", bySgd, bySgd);
    // Its bias is not the best one
    assertThat(ladder(comparison.getTrain()).get("full"))
        .isGreaterThan(Cells.number(comparison.getTrain(), "r2_copy"));
  }

  private static void assertRisesOnTrain(String from, Comparison comparison) {
    Map<String, Double> r2 = ladder(comparison.getTrain());
    List<String> ranks = List.of("rank_1", "rank_2", "rank_4", "full");
    assertThat(r2.keySet())
        .containsExactlyElementsOf(
            from.equals("layer2.0")
                ? List.of(
                    "identity", "permutation", "orthogonal", "rank_1", "rank_2", "rank_4", "full")
                : ranks);
    assertThat(chosen(r2, ranks)).as(from).isSorted();
    assertThat(chosen(r2, List.of("identity", "permutation", "orthogonal", "full"))).isSorted();
  }

  /** The values of these names that there are. */
  private static List<Double> chosen(Map<String, Double> series, List<String> names) {
    return series.entrySet().stream()
        .filter(point -> names.contains(point.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Test
  void controls_ofOneShape_areMeasuredOnTheTrainExamplesToo() throws IOException {
    CutPoint cut = new CutPoint(CUT, SHAPE);
    Path identity = directory.resolve("identity");
    try (Lane lane = Lane.open();
        FrozenStitch stitch =
            FrozenStitch.permutation(lane, cut, cut, IntStream.range(0, 16).boxed().toList())) {
      stitch.save(identity);
    }
    Comparison comparison = cells.compare(CUT, CUT, identity, cells.copy(CUT, CUT));
    for (Measurement split : splits(comparison)) {
      assertThat(Cells.number(split, "identity_mse")).isEqualTo(Cells.number(split, "ev"));
      for (String measure : List.of("accuracy", "cross_entropy")) {
        assertThat(Cells.number(split, "identity_" + measure))
            .isEqualTo(Cells.number(split, "vanilla_" + measure));
      }
      assertThat(Cells.number(split, "permutation_mse")).isPositive();
    }
    assertThat(Cells.number(comparison.getTrain(), "random_mse")).isNaN();
    Path otherCopy = cells.copy(CUT, "layer2.0");
    Comparison other = cells.compare(CUT, "layer2.0", otherCopy, otherCopy);
    assertThat(Cells.number(other.getTrain(), "identity_mse")).isNaN();
    assertThat(Cells.number(other.getTrain(), "permutation_cross_entropy")).isNaN();
  }

  @Test
  void probe_senderThatHoldsTheClassInItsPattern_isRightOnClassesSeen() throws IOException {
    // Labels are i mod 10; the class is a channel and a column where one number is large
    List<Path> senders = new ArrayList<>();
    List<Path> receivers = new ArrayList<>();
    for (int examples : List.of(Subject.TRAIN_EXAMPLES, Subject.TEST_EXAMPLES)) {
      float[] values = noise(new Random(examples), examples);
      receivers.add(bench.representation(SHAPE, noise(new Random(4), examples)));
      for (int i = 0; i < examples; i++) {
        values[i * 16 * POSITIONS + i % 10 / 4 * POSITIONS + i % 10 % 4 * 2] += 100;
      }
      senders.add(bench.representation(SHAPE, values));
    }
    Comparison comparison = compare(new Sides(senders, receivers));
    assertThat(Cells.number(comparison.getTrain(), "probe_accuracy")).isNaN();
    // Every fifth example is held out, so that classes 4 and 9 have no train examples
    assertThat(Cells.number(comparison.getValidation(), "probe_accuracy")).isZero();
    assertThat(Cells.number(comparison.getTest(), "probe_accuracy")).isEqualTo(0.8, within(1e-12));
  }

  @Test
  void probe_senderOfNoise_isNearChance() throws IOException {
    Comparison comparison = compare(related(Matrix.identity(16)));
    assertThat(Cells.number(comparison.getTest(), "probe_accuracy")).isBetween(0., 0.25);
  }

  /** Representations of the train, then of the test split. */
  private record Sides(List<Path> senders, List<Path> receivers) {}

  /** A sender of independent numbers and a receiver whose channels are {@code map} of them. */
  private Sides related(Matrix map) throws IOException {
    List<Path> senders = new ArrayList<>();
    List<Path> receivers = new ArrayList<>();
    for (int examples : List.of(Subject.TRAIN_EXAMPLES, Subject.TEST_EXAMPLES)) {
      float[] sent = noise(new Random(examples), examples);
      float[] expected = new float[sent.length];
      for (int i = 0; i < sent.length; i++) {
        int example = i / POSITIONS / 16;
        double sum = 5;
        for (int from = 0; from < 16; from++) {
          double weight = map.get(from, i / POSITIONS % 16);
          sum += weight * sent[(example * 16 + from) * POSITIONS + i % POSITIONS];
        }
        expected[i] = (float) sum;
      }
      senders.add(bench.representation(SHAPE, sent));
      receivers.add(bench.representation(SHAPE, expected));
    }
    return new Sides(senders, receivers);
  }

  private static float[] noise(Random random, int examples) {
    float[] values = new float[examples * 16 * POSITIONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private Comparison compare(Sides sides) throws IOException {
    Cells made =
        new Cells(
            bench,
            with(cells.sender(), sides.senders()),
            with(cells.receiver(), sides.receivers()));
    Path copy = made.copy(CUT, CUT);
    return made.compare(CUT, CUT, copy, copy);
  }

  private static Subject with(Subject subject, List<Path> representations) {
    return new Subject(
        subject.network(),
        subject.predictions(),
        subject.curve(),
        Map.of(CUT, representations.get(0)),
        Map.of(CUT, representations.get(1)));
  }

  private static List<Measurement> splits(Comparison comparison) {
    return List.of(comparison.getTrain(), comparison.getValidation(), comparison.getTest());
  }

  private static Map<String, Double> ladder(Measurement split) {
    return MeasuredValues.of(split).series("ladder_r2");
  }
}
