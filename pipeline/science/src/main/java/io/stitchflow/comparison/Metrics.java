package io.stitchflow.comparison;

import io.stitchflow.registry.Registry;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The registry of metrics: Stitchflow's own, then those of {@code
 * META-INF/services/io.stitchflow.comparison.Metric} on the class path.
 */
public final class Metrics {
  private static final List<Metric> OWN =
      List.of(
          new Accuracy(),
          new MeanSquaredError(),
          new Front(),
          new Starts(),
          new Agreement(),
          new Accuracy.ByClass(),
          new Cosine(),
          new Cka(),
          new Procrustes(),
          new Mahalanobis(),
          new ExampleSimilarity(),
          new StitchDistance(),
          new Drift(),
          new Divergence(),
          new FisherWeighted(),
          new OutOfDistribution(),
          new Interpolation(),
          new Ladder(),
          new TaskRanks(),
          new Probe(),
          new Controls());

  private static final Registry<Metric> ALL =
      new Registry<>("metric", Metric::name, Registry.withExtensions(Metric.class, OWN));

  private static final Registry<Quantity> QUANTITIES =
      new Registry<>(
          "quantity",
          Quantity::name,
          all().stream().flatMap(metric -> metric.quantities().stream()).toList());

  private Metrics() {}

  /** In the order of the registry, which is that of tables. */
  public static List<Metric> all() {
    return ALL.all();
  }

  /**
   * The metrics of these names, in the order of the registry.
   *
   * @throws IllegalArgumentException if there is no such metric
   */
  public static List<Metric> named(List<String> names) {
    names.forEach(ALL::get);
    return all().stream().filter(metric -> names.contains(metric.name())).toList();
  }

  /**
   * The metrics that a report of these values describes: Stitchflow's own and those that were
   * measured. Another metric on the class path does not change it.
   *
   * @param measured names of quantities
   */
  public static List<Metric> describing(Set<String> measured) {
    return all().stream()
        .filter(
            metric ->
                OWN.contains(metric)
                    || metric.quantities().stream()
                        .anyMatch(quantity -> measured.contains(quantity.name())))
        .toList();
  }

  /** Of all metrics, in the order of the registry. */
  public static List<String> names() {
    return ALL.names();
  }

  /** Names of the metrics of an experiment that names none. */
  public static List<String> defaults() {
    return all().stream().filter(Metric::isDefault).map(Metric::name).toList();
  }

  /** Of all metrics, in the order of the registry. */
  public static List<Quantity> quantities() {
    return QUANTITIES.all();
  }

  /** Null if no metric has a quantity of that name. */
  public static @Nullable Quantity findQuantity(String name) {
    return QUANTITIES.find(name);
  }

  /**
   * The quantity of that name.
   *
   * @throws IllegalArgumentException if no metric has it
   */
  public static Quantity quantity(String name) {
    return QUANTITIES.get(name);
  }
}
