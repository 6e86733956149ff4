package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.LinearProbe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a linear classifier reads from the sender's representation: ridge regression of one-hot
 * labels on means of channels, fitted to the train examples. Validation examples choose the
 * penalty; nothing is measured on train examples.
 *
 * <p>A cell costs no pass through a network: d² multiplications for each train example and one
 * eigendecomposition of [d, d], d the numbers of an example, at most 1,024.
 */
final class Probe extends Metric {
  Probe() {
    super(
        "probe",
        "Linear probe",
        List.of(
            new Definition(
                "linear probe",
                "Accuracy of a linear classifier of the sender's representation, without the receiver: what is decodable at the sender's cut at all. Ridge regression of one-hot labels on the means of each channel over a grid of 4 × 4 or 2 × 2 parts of the map where these are at most 512 numbers, else over the whole map; fitted to the train examples, the penalty chosen by accuracy on the validation examples. A stitched network far below it does not use what the sender offers; chance is the share of the most frequent class.",
                "Alain and Bengio 2016",
                "https://arxiv.org/abs/1610.01644")),
        List.of(
            Quantity.number("probe_accuracy", "probe accuracy", Range.UNIT, Better.HIGHER)
                .in(Table.CONTROLS)
                .besideChance()));
  }

  @Override
  public Meter open(CellMeter cell) {
    List<Integer> shape = cell.stitch().from().shape();
    CellMeter train = cell.train();
    if (!LinearProbe.fits(shape)) {
      return values -> {};
    }
    if (train == null) {
      return new Fitting(new LinearProbe.Fit(shape, cell.receiver().classes()));
    }
    LinearProbe probe = ((Fitting) train.meter(this)).probe();
    CellMeter validation = cell.validation();
    return new Scoring(
        validation == null
            ? new LinearProbe.Score(probe, shape)
            : new LinearProbe.Score(
                probe, shape, ((Scoring) validation.meter(this)).score().best()));
  }

  /** On train examples. */
  private static final class Fitting implements Meter {
    private final LinearProbe.Fit fit;
    private @Nullable LinearProbe probe;

    Fitting(LinearProbe.Fit fit) {
      this.fit = fit;
    }

    @Override
    public void add(Batch batch) {
      fit.add(batch.sender(), batch.labels());
    }

    @Override
    public void measure(MeasuredValues.Builder values) {}

    /** Fitted to all train examples. */
    LinearProbe probe() {
      LinearProbe known = probe == null ? fit.solve() : probe;
      probe = known;
      return known;
    }
  }

  /** On other examples. */
  private record Scoring(LinearProbe.Score score) implements Meter {
    @Override
    public void add(Batch batch) {
      score.add(batch.sender(), batch.labels());
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      values.putFinite("probe_accuracy", score.accuracy());
    }
  }
}
