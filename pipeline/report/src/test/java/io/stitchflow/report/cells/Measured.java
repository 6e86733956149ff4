package io.stitchflow.report.cells;

import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.SeriesPoint;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values made up for tests, and those that follow from them. */
public final class Measured {
  private final int examples;
  private final Map<String, MeasuredValue> values = new LinkedHashMap<>();

  private Measured(int examples) {
    this.examples = examples;
  }

  /** Nothing yet. */
  public static Measured on(int examples) {
    return new Measured(examples);
  }

  /** What was measured, to be altered. */
  public static Measured like(Measurement measurement) {
    Measured measured = new Measured(measurement.getExamples());
    measurement.getValueList().forEach(value -> measured.values.put(value.getName(), value));
    return measured;
  }

  public Measured put(String quantity, double number) {
    values.put(quantity, MeasuredValue.newBuilder().setName(quantity).setNumber(number).build());
    return this;
  }

  /** A series, in this order. */
  public Measured put(String quantity, Map<String, Double> series) {
    MeasuredValue.Builder value = MeasuredValue.newBuilder().setName(quantity);
    series.forEach(
        (at, number) -> value.addPoint(SeriesPoint.newBuilder().setAt(at).setNumber(number)));
    values.put(quantity, value.build());
    return this;
  }

  /** Accuracy and cross-entropy of {@code vanilla}, {@code copy}, {@code receiver}, ... */
  public Measured network(String name, Evaluation evaluation) {
    put(name + "_accuracy", (double) evaluation.getCorrect() / evaluation.getExamples());
    return put(name + "_cross_entropy", evaluation.getCrossEntropy());
  }

  public Measured errors(double ev, double es, double variance) {
    return put("ev", ev).put("es", es).put("sv", (ev + es) / 2).put("variance", variance);
  }

  public Measurement build() {
    r2("r2_vanilla", "ev");
    r2("r2_copy", "es");
    for (String control : new String[] {"identity", "permutation", "random"}) {
      r2(control + "_r2", control + "_mse");
    }
    Double ev = number("ev");
    Double es = number("es");
    Double r2 = number("r2_vanilla");
    if (ev != null && es != null) {
      put("es_below_ev", es < ev ? 1 : 0);
    }
    if (r2 != null) {
      put("r2_vanilla_above_0", r2 > 0 ? 1 : 0);
    }
    penalty("vanilla");
    penalty("copy");
    return Measurement.newBuilder().setExamples(examples).addAllValue(values.values()).build();
  }

  private void r2(String quantity, String error) {
    Double mse = number(error);
    Double variance = number("variance");
    if (mse != null && variance != null && variance != 0) {
      put(quantity, 1 - mse / variance);
    }
  }

  private void penalty(String stitch) {
    Double own = number("receiver_accuracy");
    Double stitched = number(stitch + "_accuracy");
    if (own != null && stitched != null) {
      double lost = Math.round(own * examples) - Math.round(stitched * examples);
      put(stitch + "_penalty", lost / examples);
    }
  }

  private @Nullable Double number(String quantity) {
    MeasuredValue value = values.get(quantity);
    return value == null ? null : (Double) value.getNumber();
  }
}
