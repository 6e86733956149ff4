package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {
  private static final String FULL =
      "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB.";

  private final List<Integer> batches = new ArrayList<>();

  @Test
  void halving_workThatFits_isDoneOnce() throws IOException {
    DeviceMemory.halving(64, batches::add);
    assertThat(batches).containsExactly(64);
  }

  @Test
  void halving_workThatFitsInHalf_isDoneAgain() throws IOException {
    DeviceMemory.halving(64, batch -> upTo(32, batch));
    assertThat(batches).containsExactly(64, 32);
  }

  @Test
  void halving_workThatNeverFits_namesBothBatchesAndWhatToDo() {
    assertThatThrownBy(() -> DeviceMemory.halving(64, batch -> upTo(16, batch)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither a batch of 64 nor one of 32 fits")
        .hasMessageContaining("use a larger one")
        .hasMessageContaining("Tried to allocate 2.00 GiB");
    assertThat(batches).containsExactly(64, 32);
  }

  @Test
  void halving_otherFailure_isNotTriedAgain() {
    assertThatThrownBy(
            () ->
                DeviceMemory.halving(
                    64,
                    batch -> {
                      batches.add(batch);
                      throw new EngineException("CUDA error: an illegal memory access");
                    }))
        .isInstanceOf(EngineException.class);
    assertThat(batches).containsExactly(64);
  }

  @Test
  void halving_machineOutOfMemory_isNotTriedAgain() {
    EngineException cpu = new EngineException("DefaultCPUAllocator: can't allocate memory");
    assertThatThrownBy(
            () ->
                DeviceMemory.halving(
                    64,
                    batch -> {
                      throw cpu;
                    }))
        .isSameAs(cpu);
  }

  @Test
  void fixed_workThatDoesNotFit_namesTheBatchAndWhatToLower() {
    assertThatThrownBy(() -> DeviceMemory.fixed(256, () -> upTo(128, 256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a batch of 256 does not fit")
        .hasMessageContaining("lower recipe.batch_size")
        .hasCauseInstanceOf(EngineException.class);
    assertThat(batches).containsExactly(256);
  }

  @Test
  void fixed_librariesOutOfMemory_areUnderstoodToo() {
    for (String message :
        List.of(
            "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
            "cuDNN error: CUDNN_STATUS_ALLOC_FAILED")) {
      assertThatThrownBy(
              () ->
                  DeviceMemory.fixed(
                      256,
                      () -> {
                        throw new EngineException(message);
                      }))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void upTo(int largest, int batch) {
    batches.add(batch);
    if (batch > largest) {
      throw new EngineException(FULL);
    }
  }
}
