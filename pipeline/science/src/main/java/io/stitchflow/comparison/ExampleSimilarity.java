package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.ExampleGeometry;
import io.stitchflow.statistics.ExampleVectors;
import io.stitchflow.statistics.PermutationNull;
import java.util.List;
import java.util.stream.Stream;

/**
 * Similarity of sender, vanilla and copy output to the expected representation, where a row is an
 * example: measures that do not grow as examples get fewer, and their permutation tests.
 *
 * <p>An example's vector holds the means of its channels over positions. Positions of one image are
 * not independent, so unbiased estimates and permutations need one row for each image. Means are
 * defined for maps of any two sizes, are what the receiver's head sees at the last cut, and a
 * stitch without a window carries them exactly: the mean of its output is the stitch of the mean.
 * Flattened maps would need 262 MB for each representation of 1,000 examples after the stem of
 * ResNet18.
 *
 * <p>Of n examples (at most 1,000) and d channels, each of three outputs costs n²(d + 100) / 2
 * multiplications in float64 and holds 4nd bytes until its cell is written. That is 0.13 s for n =
 * 1,000 and d = 64, 0.2 s for d = 512; a cell has nine, with its train, validation and test
 * examples. No pass of the receiver.
 */
final class ExampleSimilarity extends Metric {
  private static final String CKA = "_unbiased_cka";
  private static final String WITHIN = "_within_class_cka";
  private static final String NEIGHBORS = "_mutual_neighbors";

  private static final String ROWS =
      " Each example is a row and the means of its channels over positions are the features. Of more than 1,000 examples a fixed random sample is measured.";

  ExampleSimilarity() {
    super(
        "example_similarity",
        "Similarity by example",
        List.of(
            new Definition(
                "unbiased CKA",
                "Linear CKA with the receiver's own representation, HSIC_1(K, L) / sqrt(HSIC_1(K, K) HSIC_1(L, L)): K and L are the products of each two examples, diagonals 0, and HSIC_1 is the unbiased estimate. About 0 for independent representations, however few examples or many channels, where plain CKA is about d / (n + d). 1 for equal up to rotation and scale; it can be negative."
                    + ROWS,
                "Song et al. 2012",
                "https://www.jmlr.org/papers/v13/song12a.html"),
            new Definition(
                "within-class CKA",
                "Unbiased CKA of the representations minus the mean of the example's class: whether they agree on how the images of one class differ. Two networks that separate the same classes have a high CKA from that alone; it does not count here. Classes with fewer than 4 sampled examples are left out. Rows as for unbiased CKA."),
            new Definition(
                "mutual neighbours",
                "The share of an example's 10 nearest neighbours, by Euclidean distance, that are among its 10 nearest in the receiver's own representation; the mean over examples. Chance is 10 / (n - 1). Left out below 21 examples. Rows as for unbiased CKA.",
                "Huh et al. 2024",
                "https://arxiv.org/abs/2405.07987"),
            new Definition(
                "p, calibrated",
                "From 100 permutations of the receiver's examples, the same in all cells. p = (1 + the number of permuted scores that are at least the score) / 101. Calibrated score = (score - t) / (1 - t), at least 0, where t is the 96th smallest of the score and the 100 permuted scores: 0 if chance explains the score at a level of 5 %, 1 for equal representations.")),
        Stream.of(
                of("sender", Stitched.NEITHER),
                of("vanilla", Stitched.VANILLA),
                of("copy", Stitched.COPY))
            .flatMap(quantities -> quantities)
            .toList());
  }

  private static Stream<Quantity> of(String output, Stitched stitched) {
    Quantity cka = number(output, CKA, "unbiased CKA", Range.SIGNED_UNIT, Better.HIGHER);
    Quantity within = number(output, WITHIN, "within-class CKA", Range.SIGNED_UNIT, Better.HIGHER);
    Quantity neighbors = number(output, NEIGHBORS, "mutual neighbours", Range.UNIT, Better.HIGHER);
    return Stream.of(
            Stream.of(cka.in(Table.GEOMETRY)),
            calibrated(output, CKA, "unbiased CKA"),
            Stream.of(within.in(Table.GEOMETRY), neighbors.in(Table.GEOMETRY)),
            calibrated(output, NEIGHBORS, "mutual neighbours"))
        .flatMap(quantities -> quantities)
        .map(quantity -> quantity.of(stitched));
  }

  private static Stream<Quantity> calibrated(String output, String measure, String title) {
    return Stream.of(
        number(output, measure + "_calibrated", title + " calibrated", Range.UNIT, Better.HIGHER),
        number(output, measure + "_p", title + " p", Range.UNIT, Better.LOWER));
  }

  private static Quantity number(
      String output, String measure, String title, Range range, Better better) {
    return Quantity.number(output + measure, title + " " + output, range, better);
  }

  /** Adds more than a third to the comparisons of small experiments. */
  @Override
  public boolean isDefault() {
    return false;
  }

  @Override
  public Meter open(CellMeter cell) {
    return new ExampleMeter(cell.receiver().withExamples());
  }

  private static final class ExampleMeter implements Meter {
    private final ReceiverTargets receiver;
    private final ExampleVectors sender = new ExampleVectors();
    private final ExampleVectors vanilla = new ExampleVectors();
    private final ExampleVectors copy = new ExampleVectors();

    ExampleMeter(ReceiverTargets receiver) {
      this.receiver = receiver;
    }

    @Override
    public void add(Batch batch) {
      sender.add(batch.sender(), batch.labels());
      vanilla.add(batch.vanilla(), batch.labels());
      copy.add(batch.copy(), batch.labels());
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      if (sender.isEmpty()) {
        return;
      }
      ExampleGeometry expected = receiver.exampleGeometry();
      PermutationNull permutations = new PermutationNull(expected.examples());
      put(values, "sender", sender.geometry(), expected, permutations);
      put(values, "vanilla", vanilla.geometry(), expected, permutations);
      put(values, "copy", copy.geometry(), expected, permutations);
    }

    private static void put(
        MeasuredValues.Builder values,
        String output,
        ExampleGeometry here,
        ExampleGeometry expected,
        PermutationNull permutations) {
      put(
          values,
          output + CKA,
          permutations.calibrate(order -> here.unbiased().product(expected.unbiased(), order)));
      values.putFinite(
          output + WITHIN,
          here.withinClasses().product(expected.withinClasses(), permutations.identity()));
      put(
          values,
          output + NEIGHBORS,
          permutations.calibrate(order -> here.neighbors().overlap(expected.neighbors(), order)));
    }

    private static void put(
        MeasuredValues.Builder values, String measure, PermutationNull.Calibrated score) {
      values.putFinite(measure, score.score());
      values.putFinite(measure + "_calibrated", score.calibrated());
      values.putFinite(measure + "_p", score.p());
    }
  }
}
