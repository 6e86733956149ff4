package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void create_directBuffer_readsFromItsPosition() {
    ByteBuffer buffer = floats(7, 1, 2);
    buffer.position(Float.BYTES);
    assertThat(lane.create(buffer, new Shape(2)).toFloatArray()).containsExactly(1, 2);
  }

  @Test
  void create_heapBufferOrWrongSize_isRefusedWithTheValues() {
    assertThatThrownBy(() -> lane.create(ByteBuffer.allocate(8), new Shape(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 bytes");
    assertThatThrownBy(() -> lane.create(floats(1), new Shape(2))).hasMessageContaining("lim=4");
  }

  @Test
  void open_emptyToolchainOrThisMachines_isALaneOfTheCpu() throws IOException {
    for (Toolchain toolchain : List.of(Toolchain.getDefaultInstance(), Toolchains.cpu())) {
      try (Lane opened = Lane.open(toolchain)) {
        assertThat(opened.manager().getDevice().isGpu()).isFalse();
      }
    }
  }

  @Test
  void open_any_hasLibtorchPrintErrorsOnly() {
    assertThat(LibtorchLog.level().getInt(0)).isEqualTo(LibtorchLog.ERROR);
  }

  @Test
  void open_toolchainOfAnotherMachine_isRefused() {
    assertThatThrownBy(() -> Lane.open(Toolchains.forDevice("cuda-sm_99")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this worker computes with");
  }

  @Test
  void scoped_interruptedThread_stopsBeforeTheStepAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Lane.scoped(() -> fail("the step was computed")))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void scoped_arraysLeftBehind_areFreedUnlessKept() {
    NDArray weight = array(1, 2);
    NDArray[] left = new NDArray[2];
    Lane.scoped(
        () -> {
          left[0] = weight.add(1);
          left[1] = Lane.keep(weight.add(1));
        });
    assertThatThrownBy(() -> left[0].toFloatArray()).isInstanceOf(IllegalStateException.class);
    assertThat(left[1].toFloatArray()).containsExactly(2, 3);
  }

  @Test
  void sgd_twoSteps_followsTheFormula() {
    NDArray decayed = array(3);
    NDArray plain = array(3);
    try (Sgd sgd = new Sgd(List.of(decayed), List.of(plain), 0.5, 0.1)) {
      for (int i = 0; i < 2; i++) {
        // loss = decayed² + plain²
        Autograd.backward(Autograd.withGradient(() -> decayed.square().add(plain.square()).sum()));
        sgd.step(0.1);
      }
    }
    // v1 = .1 (6 + .3) = .63, w = 2.37; v2 = .315 + .1 (4.74 + .237) = .8127
    assertThat(decayed.getFloat()).isEqualTo(1.5573f, within(1e-6f));
    // v1 = .6, w = 2.4; v2 = .3 + .48 = .78
    assertThat(plain.getFloat()).isEqualTo(1.62f, within(1e-6f));
  }

  @Test
  void sgd_closed_leavesArraysUntrained() {
    NDArray array = array(3);
    new Sgd(List.of(array), List.of(), 0.5, 0.1).close();
    assertThat(array.hasGradient()).isFalse();
  }

  @Test
  void sgd_arrayWithoutGradient_isAnError() {
    try (Sgd sgd = new Sgd(List.of(array(3)), List.of(), 0.5, 0.1)) {
      assertThatThrownBy(() -> sgd.step(0.1)).hasMessageContaining("no gradient");
    }
  }

  @Test
  void batchNorm_training_usesTheBatchAndMovesRunningStatistics() {
    BatchNorm norm = new BatchNorm(array(2), array(10), array(0), array(1));
    NDArray x = array(1, 3).reshape(2, 1, 1, 1);
    float[] y = Functional.batchNormTraining(x, norm).toFloatArray();
    assertThat(y).containsExactly(new float[] {8, 12}, within(1e-4f));
    assertThat(norm.mean().getFloat()).isEqualTo(0.2f, within(1e-6f));
    // unbiased: 0.9 x 1 + 0.1 x 2
    assertThat(norm.variance().getFloat()).isEqualTo(1.1f, within(1e-6f));
  }

  @Test
  void batchNorm_inference_usesRunningStatisticsAndLeavesThem() {
    BatchNorm norm = new BatchNorm(array(2), array(10), array(1), array(4));
    NDArray x = array(1, 3).reshape(2, 1, 1, 1);
    float[] y = Functional.batchNorm(x, norm).toFloatArray();
    assertThat(y).containsExactly(new float[] {10, 12}, within(1e-4f));
    assertThat(norm.mean().getFloat()).isEqualTo(1);
    assertThat(norm.variance().getFloat()).isEqualTo(4);
  }

  @Test
  void crossEntropy_knownLogits_isTheMeanOverExamples() {
    NDArray logits = array(0, 0, 0, (float) Math.log(3)).reshape(2, 2);
    ByteBuffer labels = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN);
    labels.putLong(0).putLong(1).flip();
    float loss =
        Functional.crossEntropy(logits, lane.createLongs(labels, new Shape(2, 1))).getFloat();
    assertThat(loss).isEqualTo((float) (Math.log(2) + Math.log(4. / 3)) / 2, within(1e-6f));
  }

  @Test
  void channelsLast_andFirst_keepTheValuesAndTheirPlaces() {
    NDArray x = array(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).reshape(1, 3, 2, 2);
    NDArray last = Functional.channelsLast(x);
    assertThat(last.getShape()).isEqualTo(x.getShape());
    assertThat(last.toFloatArray()).containsExactly(x.toFloatArray());
    assertThat(last.transpose(0, 2, 3, 1).flatten().get("0:3").toFloatArray())
        .containsExactly(1, 5, 9);
    assertThat(Functional.channelsFirst(last).toFloatArray()).containsExactly(x.toFloatArray());
  }

  @Test
  void upsampleNearest_ratioTwo_repeatsEachPosition() {
    NDArray x = array(1, 2).reshape(1, 1, 1, 2);
    assertThat(Functional.upsampleNearest(x, 2).toFloatArray())
        .containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
  }

  private NDArray array(float... values) {
    return lane.create(floats(values), new Shape(values.length));
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer;
  }
}
