package io.stitchflow.comparison;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
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
          new Agreement(),
          new Cosine(),
          new Cka(),
          new Procrustes(),
          new Mahalanobis(),
          new StitchDistance(),
          new Drift(),
          new Interpolation(),
          new Controls());

  private static final Map<String, Metric> ALL = load();
  private static final Map<String, Quantity> QUANTITIES = quantities(ALL);

  private Metrics() {}

  private static Map<String, Metric> load() {
    List<Metric> metrics = new ArrayList<>(OWN);
    ServiceLoader.load(Metric.class, Metric.class.getClassLoader()).forEach(metrics::add);
    Map<String, Metric> all = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      if (all.put(metric.name(), metric) != null) {
        throw new IllegalStateException("two metrics are named '" + metric.name() + "'");
      }
    }
    return Collections.unmodifiableMap(all);
  }

  private static Map<String, Quantity> quantities(Map<String, Metric> metrics) {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    for (Metric metric : metrics.values()) {
      for (Quantity quantity : metric.quantities()) {
        if (quantities.put(quantity.name(), quantity) != null) {
          throw new IllegalStateException("two quantities are named '" + quantity.name() + "'");
        }
      }
    }
    return Collections.unmodifiableMap(quantities);
  }

  /** In the order of the registry, which is that of tables. */
  public static List<Metric> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * The metrics of these names, in the order of the registry.
   *
   * @throws IllegalArgumentException if there is no such metric
   */
  public static List<Metric> named(List<String> names) {
    for (String name : names) {
      if (!ALL.containsKey(name)) {
        throw new IllegalArgumentException("no metric '" + name + "'; choose one of " + names());
      }
    }
    return ALL.values().stream().filter(metric -> names.contains(metric.name())).toList();
  }

  /**
   * The metrics that a report of these values describes: Stitchflow's own and those that were
   * measured. Another metric on the class path does not change it.
   *
   * @param measured names of quantities
   */
  public static List<Metric> describing(Set<String> measured) {
    return ALL.values().stream()
        .filter(
            metric ->
                OWN.contains(metric)
                    || metric.quantities().stream()
                        .anyMatch(quantity -> measured.contains(quantity.name())))
        .toList();
  }

  /** Of all metrics, in the order of the registry. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** Names of the metrics of an experiment that names none. */
  public static List<String> defaults() {
    return ALL.values().stream().filter(Metric::isDefault).map(Metric::name).toList();
  }

  /** Of all metrics, in the order of the registry. */
  public static List<Quantity> quantities() {
    return List.copyOf(QUANTITIES.values());
  }

  /** Null if no metric has a quantity of that name. */
  public static @Nullable Quantity findQuantity(String name) {
    return QUANTITIES.get(name);
  }

  /**
   * The quantity of that name.
   *
   * @throws IllegalArgumentException if no metric has it
   */
  public static Quantity quantity(String name) {
    Quantity quantity = findQuantity(name);
    if (quantity == null) {
      throw new IllegalArgumentException(
          QUANTITIES.keySet().stream()
              .collect(Collectors.joining(", ", "no quantity '" + name + "'; choose one of ", "")));
    }
    return quantity;
  }
}
