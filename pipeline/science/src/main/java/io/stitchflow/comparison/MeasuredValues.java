package io.stitchflow.comparison;

import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.SeriesPoint;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one cell on one split, by the names of their quantities.
 *
 * @param numbers those that were measured
 * @param series those that were measured; each in its own order
 */
public record MeasuredValues(
    long examples, Map<String, Double> numbers, Map<String, Map<String, Double>> series) {
  /** Nothing was measured. */
  public static final MeasuredValues NONE = new MeasuredValues(0, Map.of(), Map.of());

  public MeasuredValues {
    numbers = Map.copyOf(numbers);
    series = Map.copyOf(series);
  }

  /** Reads a comparison's record; values of quantities that no metric has are left out. */
  public static MeasuredValues of(Measurement measurement) {
    Map<String, Double> numbers = new HashMap<>();
    Map<String, Map<String, Double>> series = new HashMap<>();
    for (MeasuredValue value : measurement.getValueList()) {
      Quantity quantity = Metrics.findQuantity(value.getName());
      if (quantity != null && value.hasNumber()) {
        // The registry's string, so that rows share it
        numbers.put(quantity.name(), value.getNumber());
      } else if (quantity != null) {
        Map<String, Double> points = new LinkedHashMap<>();
        value.getPointList().forEach(point -> points.put(point.getAt(), point.getNumber()));
        series.put(quantity.name(), Collections.unmodifiableMap(points));
      }
    }
    return new MeasuredValues(Integer.toUnsignedLong(measurement.getExamples()), numbers, series);
  }

  /** Null if it was not measured. */
  public @Nullable Double number(String quantity) {
    return numbers.get(quantity);
  }

  /** Empty if it was not measured. */
  public Map<String, Double> series(String quantity) {
    return series.getOrDefault(quantity, Map.of());
  }

  /** Collects the values of one metric after the other. */
  public static final class Builder {
    private final Measurement.Builder values = Measurement.newBuilder();
    private List<String> allowed = List.of();

    Builder(int examples) {
      values.setExamples(examples);
    }

    /** Has the metric put its values next. */
    Builder next(Metric metric) {
      allowed = metric.quantities().stream().map(Quantity::name).toList();
      return this;
    }

    /**
     * Puts a number.
     *
     * @param quantity one of the metric
     */
    public void put(String quantity, double number) {
      values.addValue(value(quantity).setNumber(number));
    }

    /** Puts a number unless it is undefined: infinite or no number. */
    public void putFinite(String quantity, double number) {
      if (Double.isFinite(number)) {
        put(quantity, number);
      }
    }

    /** Puts a series in its order. */
    void put(String quantity, Map<String, Double> series) {
      MeasuredValue.Builder value = value(quantity);
      series.forEach(
          (at, number) -> value.addPoint(SeriesPoint.newBuilder().setAt(at).setNumber(number)));
      values.addValue(value);
    }

    private MeasuredValue.Builder value(String quantity) {
      if (!allowed.contains(quantity)) {
        throw new IllegalArgumentException(
            "the metric has no quantity '" + quantity + "', only " + allowed);
      }
      return MeasuredValue.newBuilder().setName(quantity);
    }

    Measurement build() {
      return values.build();
    }
  }
}
