package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GpuTest {
  @Test
  void visible_allOfTheHost_areNamedByTheirIndex() {
    assertThat(Gpu.visible(List.of("90", "80"), null))
        .containsExactly(new Gpu(0, "0", "cuda-sm_90"), new Gpu(1, "1", "cuda-sm_80"));
  }

  @Test
  void visible_chosenByVariable_areNamedByIt() {
    assertThat(Gpu.visible(List.of("90", "90"), "3, GPU-8f1e"))
        .containsExactly(new Gpu(0, "3", "cuda-sm_90"), new Gpu(1, "GPU-8f1e", "cuda-sm_90"));
  }

  @Test
  void visible_variableThatEndsEarly_namesTheFirst() {
    assertThat(Gpu.visible(List.of("90"), "1,-1,2")).containsExactly(new Gpu(0, "1", "cuda-sm_90"));
    assertThat(Gpu.visible(List.of(), "")).isEmpty();
  }

  @Test
  void visible_moreThanTheVariableNames_isAnError() {
    assertThatThrownBy(() -> Gpu.visible(List.of("90", "90"), "0"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("names: 0");
  }

  @Test
  void deviceClass_eitherWayToWriteACapability_isTheSame() {
    assertThat(Gpu.deviceClass("12.0")).isEqualTo(Gpu.deviceClass("120")).isEqualTo("cuda-sm_120");
  }
}
