package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NvidiaSmiTest {
  @Test
  void computeCapability_equalGpus_isTheirs() {
    assertThat(NvidiaSmi.computeCapability(saying("echo 9.0; echo 9.0"))).isEqualTo("9.0");
  }

  @Test
  void computeCapability_severalKinds_namesThemToChooseFrom() {
    assertThatThrownBy(() -> NvidiaSmi.computeCapability(saying("echo 9.0; echo 8.0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("choose one with --device: cuda-sm_80, cuda-sm_90");
  }

  @Test
  void computeCapability_noSuchTool_saysWhatToDo() {
    assertThatThrownBy(() -> NvidiaSmi.computeCapability(List.of("nvidia-smi-of-nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nvidia-smi-of-nowhere")
        .hasMessageEndingWith(
            "pass the device class of the workers with --device, such as cuda-sm_90");
  }

  @Test
  void computeCapability_toolThatFails_repeatsWhatItSays() {
    assertThatThrownBy(() -> NvidiaSmi.computeCapability(saying("echo no driver >&2; exit 9")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it ended with 9: no driver");
  }

  @Test
  void computeCapability_toolThatSaysSomethingElse_isNotBelieved() {
    assertThatThrownBy(() -> NvidiaSmi.computeCapability(saying("echo '[N/A]'")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it says: [N/A]");
    assertThatThrownBy(() -> NvidiaSmi.computeCapability(saying("true")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> saying(String script) {
    return List.of("sh", "-c", script);
  }
}
