package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolchainsTest {
  @Test
  void cpu_here_namesLibrariesDeviceAndThreads() {
    assertThat(Toolchains.cpu().getDjl()).isEqualTo("0.36.0");
    assertThat(Toolchains.cpu().getLibtorch()).startsWith("2.7.1");
    assertThat(Toolchains.cpu().getDeviceClass()).startsWith("cpu-");
    assertThat(Toolchains.cpu().getThreads()).isEqualTo(1);
  }

  @Test
  void libtorch_chosenByVariables_winsOverTheClassPath() {
    assertThat(Toolchains.libtorch("2.7.1", "cu128")).isEqualTo("2.7.1+cu128");
  }

  @Test
  void deviceClass_flags_giveTheWidestVectorsThatLibtorchUses() {
    Set<String> avx2 = Set.of("sse", "avx2", "fma");
    Set<String> foundation = Set.of("avx2", "fma", "avx512f");
    Set<String> avx512 = Set.of("avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq");
    assertThat(Toolchains.deviceClass("amd64", avx2)).isEqualTo("cpu-x86_64-avx2");
    assertThat(Toolchains.deviceClass("amd64", foundation)).isEqualTo("cpu-x86_64-avx2");
    assertThat(Toolchains.deviceClass("amd64", avx512)).isEqualTo("cpu-x86_64-avx512");
    assertThat(Toolchains.deviceClass("amd64", Set.of())).isEqualTo("cpu-x86_64");
    assertThat(Toolchains.deviceClass("aarch64", Set.of("asimd"))).isEqualTo("cpu-aarch64-asimd");
  }
}
