package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.ConvolutionChoice.Direction;
import io.stitchflow.torch.ConvolutionChoice.Use;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvolutionChoiceTest {
  private static int made;

  @TempDir private Path directory;

  @Test
  void run_whileAnotherLaneChooses_newUsesWaitAndKnownOnesDoNot() throws Exception {
    Use known = newUse();
    ConvolutionChoice.run(List.of(known), () -> true);
    CountDownLatch chooses = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread first = start(newUse(), () -> await(chooses, mayEnd));
    chooses.await();
    CountDownLatch ran = new CountDownLatch(1);
    Thread second = start(newUse(), ran::countDown);
    while (second.getState() != Thread.State.BLOCKED) {
      assertThat(ran.getCount()).isOne();
      Thread.onSpinWait();
    }
    assertThat(ConvolutionChoice.run(List.of(known), () -> "not waited")).isEqualTo("not waited");
    mayEnd.countDown();
    first.join();
    second.join();
    assertThat(ran.getCount()).isZero();
  }

  @Test
  void run_afterMoreUsesThanRemembered_takesATurnAgain() throws Exception {
    Use old = newUse();
    ConvolutionChoice.run(List.of(old), () -> true);
    for (int i = 0; i < ConvolutionChoice.REMEMBERED; i++) {
      ConvolutionChoice.run(List.of(newUse()), () -> true);
    }
    CountDownLatch chooses = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread first = start(newUse(), () -> await(chooses, mayEnd));
    chooses.await();
    Thread second = start(old, () -> {});
    while (second.getState() != Thread.State.BLOCKED) {
      assertThat(second.isAlive()).isTrue();
      Thread.onSpinWait();
    }
    mayEnd.countDown();
    first.join();
    second.join();
  }

  @Test
  void conv2d_newOnesInAllLanesAtOnce_bitsOfOneLaneAfterAnother() throws Exception {
    assertThat(digests(ConvolutionsProcess.LANES)).isEqualTo(digests(1)).contains("480=");
  }

  private String digests(int atOnce) throws Exception {
    Path out = directory.resolve(atOnce + ".txt");
    Process process = ConvolutionsProcess.start(atOnce, out);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readString(out);
  }

  /** One that no test had before. */
  private static Use newUse() {
    made++;
    return new Use(
        new Shape(made, 0),
        new Shape(),
        false,
        Window.square(1, 1, 0),
        1,
        false,
        false,
        Direction.FORWARD);
  }

  private static Thread start(Use use, Runnable work) {
    Thread thread =
        new Thread(
            () ->
                ConvolutionChoice.run(
                    List.of(use),
                    () -> {
                      work.run();
                      return true;
                    }));
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch reached, CountDownLatch mayGoOn) {
    reached.countDown();
    try {
      mayGoOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
