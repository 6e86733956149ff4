package io.stitchflow.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.stitchflow.dataset.DatasetKind;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class RegistryTest {
  private final Registry<String> planets =
      new Registry<>("planet", Function.identity(), List.of("mercury", "venus", "earth"));

  @Test
  void names_all_areInTheirOrder() {
    assertThat(planets.names()).containsExactly("mercury", "venus", "earth");
    assertThat(planets.all()).containsExactly("mercury", "venus", "earth");
  }

  @Test
  void get_unknown_isRefusedWithTheChoices() {
    assertThat(planets.get("venus")).isEqualTo("venus");
    assertThat(planets.find("pluto")).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> planets.get("pluto"))
        .withMessage("there is no planet 'pluto'; choose one of mercury, venus, earth");
  }

  @Test
  void registry_twoOfOneName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Registry<>("planet", each -> "x", List.of(1, 2)))
        .withMessage("the planet 'x' is registered twice");
  }

  @Test
  void withExtensions_serviceOnTheClassPath_followsTheBuiltIn() {
    DatasetKind builtIn = Registry.withExtensions(DatasetKind.class, List.of()).get(0);
    List<DatasetKind> all = Registry.withExtensions(DatasetKind.class, List.of(builtIn));
    assertThat(all).hasSizeGreaterThan(1);
    assertThat(all.get(0)).isSameAs(builtIn);
    assertThat(all.get(1)).isNotSameAs(builtIn).hasSameClassAs(builtIn);
  }
}
