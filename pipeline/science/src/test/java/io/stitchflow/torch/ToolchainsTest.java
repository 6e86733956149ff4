package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.v1.Toolchain;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolchainsTest {
  private static final Toolchain CUDA = Toolchains.cuda("9.0");
  private static final List<Gpu> GPUS = Gpu.visible(List.of("80", "90"), null);

  @Test
  void cpu_here_namesLibrariesDeviceAndThreads() {
    assertThat(Toolchains.cpu().getDjl()).isEqualTo("0.36.0");
    assertThat(Toolchains.cpu().getLibtorch()).startsWith("2.7.1");
    assertThat(Toolchains.cpu().getDeviceClass()).startsWith("cpu-");
    assertThat(Toolchains.cpu().getThreads()).isEqualTo(1);
  }

  @Test
  void cuda_capability_namesTheWorkersLibrariesAndItsClass() {
    Toolchain toolchain = Toolchains.cuda("9.0");
    assertThat(toolchain.getDeviceClass()).isEqualTo("cuda-sm_90");
    assertThat(toolchain.getLibtorch()).isEqualTo("2.7.1+cu128");
    assertThat(toolchain.getDjl()).isEqualTo("0.36.0");
    assertThat(toolchain.getThreads()).isEqualTo(1);
  }

  @Test
  void cuda_noCapability_isRefused() {
    assertThatThrownBy(() -> Toolchains.cuda("H100"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("H100");
  }

  @Test
  void forDevice_cpu_isThisMachines() {
    assertThat(Toolchains.forDevice("cpu")).isEqualTo(Toolchains.cpu());
  }

  @Test
  void forDevice_class_isThatOfWorkers() {
    assertThat(Toolchains.forDevice("cuda-sm_90")).isEqualTo(Toolchains.cuda("9.0"));
    assertThat(Toolchains.forDevice("cpu-x86_64-avx2"))
        .isEqualTo(Toolchains.cpu().toBuilder().setDeviceClass("cpu-x86_64-avx2").build());
  }

  @Test
  void forDevice_unknown_saysWhatThereIs() {
    for (String unknown : List.of("gpu", "cuda-90", "CPU", "", "cuda-sm_")) {
      assertThatThrownBy(() -> Toolchains.forDevice(unknown))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + unknown + "'")
          .hasMessageContaining("choose cpu, cuda");
    }
  }

  @Test
  void check_planOfThisMachine_passes() {
    assertThatCode(() -> Toolchains.check(Toolchains.cpu())).doesNotThrowAnyException();
  }

  @Test
  void check_planOfAnotherCpu_isRefusedWithBothAndWhatToDo() {
    Toolchain other = Toolchains.forDevice("cpu-riscv64");
    assertThatThrownBy(() -> Toolchains.check(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this worker computes with djl 0.36.0")
        .hasMessageContaining("the plan was made for djl 0.36.0")
        .hasMessageContaining("cpu-riscv64")
        .hasMessageContaining("submit with --device " + Toolchains.cpu().getDeviceClass());
  }

  @Test
  void check_anyFieldThatDiffers_isRefused() {
    Toolchain here = Toolchains.cpu();
    for (Toolchain other :
        List.of(
            here.toBuilder().setDjl("0.35.0").build(),
            here.toBuilder().setLibtorch("2.6.0").build(),
            here.toBuilder().setThreads(2).build())) {
      assertThatThrownBy(() -> Toolchains.check(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("submit with the library versions of the workers");
    }
  }

  @Test
  void check_gpuWorkerLikeThePlan_passes() {
    assertThatCode(() -> Toolchains.check(CUDA, "2.7.1+cu128", GPUS, "0"))
        .doesNotThrowAnyException();
  }

  @Test
  void check_otherGpus_areRefusedWithBoth() {
    assertThatThrownBy(() -> Toolchains.check(Toolchains.cuda("10.0"), "2.7.1+cu128", GPUS, "0"))
        .hasMessageContaining("cuda-sm_80")
        .hasMessageContaining("cuda-sm_100")
        .hasMessageContaining("submit with --device cuda-sm_80");
  }

  @Test
  void check_otherCuda_isRefusedWithBoth() {
    assertThatThrownBy(() -> Toolchains.check(CUDA, "2.7.1+cu126", GPUS, "0"))
        .hasMessageContaining("2.7.1+cu126")
        .hasMessageContaining("2.7.1+cu128");
  }

  @Test
  void check_noGpuHere_saysWhatAGpuWorkerNeeds() {
    assertThatThrownBy(() -> Toolchains.check(CUDA, "2.7.1-20250812", List.of(), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("submit with --device cpu-")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH");
  }

  @Test
  void check_gpuThatMayRoundToTf32_isRefused() {
    assertThatThrownBy(() -> Toolchains.check(CUDA, "2.7.1+cu128", GPUS, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NVIDIA_TF32_OVERRIDE must be 0");
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
