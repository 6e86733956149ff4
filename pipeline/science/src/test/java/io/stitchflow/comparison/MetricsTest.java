package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.comparison.Quantity.Form;
import io.stitchflow.comparison.Quantity.Table;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of every metric of the registry, those of tests too. */
class MetricsTest {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  static List<Metric> metrics() {
    return Metrics.all();
  }

  static List<Quantity> quantities() {
    return Metrics.quantities();
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void metric_any_hasNameTitleDefinitionsAndQuantities(Metric metric) {
    assertThat(metric.name()).matches(NAME);
    assertThat(metric.title()).isNotBlank();
    assertThat(metric.definitions()).isNotEmpty();
    assertThat(metric.quantities()).isNotEmpty();
    for (Metric.Definition definition : metric.definitions()) {
      assertThat(definition.term()).isNotBlank();
      assertThat(definition.text()).endsWith(".").hasSizeGreaterThan(20);
      assertThat(definition.source()).isNotBlank();
      assertThat(definition.url().isEmpty() || definition.url().startsWith("https://"))
          .as(definition.url())
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void metric_byItsName_isFound(Metric metric) {
    assertThat(Metrics.named(List.of(metric.name()))).containsExactly(metric);
    assertThat(Metrics.names()).contains(metric.name());
    assertThat(Metrics.defaults().contains(metric.name())).isEqualTo(metric.isDefault());
  }

  @ParameterizedTest
  @MethodSource("quantities")
  void quantity_any_hasATitleAndIsShownSomewhere(Quantity quantity) {
    assertThat(quantity.name()).matches(NAME);
    assertThat(quantity.title()).isNotBlank();
    assertThat(quantity.display().inFiles() || quantity.display().table() != Table.NONE).isTrue();
    assertThat(Metrics.quantity(quantity.name())).isEqualTo(quantity);
    if (quantity.form() == Form.SERIES) {
      assertThat(quantity.display().table()).isEqualTo(Table.NONE);
      assertThat(quantity.display().map()).isNull();
    }
    if (quantity.display().map() != null) {
      assertThat(quantity.range().to()).as("a colour scale starts at 0").isPositive();
    }
  }

  @Test
  void named_inAnyOrder_areThoseOfTheRegistry() {
    assertThat(Metrics.named(List.of("cka", "accuracy")))
        .extracting(Metric::name)
        .containsExactly("accuracy", "cka");
  }

  @Test
  void defaults_all_areThoseOfTheRegistryButCostlyOnes() {
    assertThat(Metrics.defaults())
        .containsExactly(
            "accuracy",
            "mse",
            "front",
            "starts",
            "agreement",
            "cosine",
            "cka",
            "procrustes",
            "mahalanobis",
            "distance",
            "drift",
            "divergence",
            "fisher",
            "ood",
            "ladder",
            "probe",
            "controls");
  }

  @Test
  void named_unknown_isRefusedWithTheChoices() {
    assertThatThrownBy(() -> Metrics.named(List.of("r2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no metric 'r2'; choose one of accuracy, mse");
    assertThatThrownBy(() -> Metrics.quantity("r2"))
        .hasMessageContaining("no quantity 'r2'; choose one of vanilla_accuracy, ");
  }
}
