package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.ConvolutionChoice.Direction;
import io.stitchflow.torch.ConvolutionChoice.ModuleUse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ScriptModuleTest {
  private static final Path FILE =
      Path.of("src/test/resources/io/stitchflow/network/program/remembers.pt");

  @Test
  void methods_moduleWithExports_areForwardAndThese() throws IOException {
    try (Lane lane = Lane.open();
        ScriptModule module = open(lane)) {
      assertThat(module.methods()).containsExactlyInAnyOrder("forward", "keep");
    }
  }

  /** Another method has other convolutions, if for the same shape. */
  @Test
  void run_otherMethodWhileAnotherLaneChooses_waitsButAKnownOneDoesNot() throws Exception {
    CountDownLatch keptOnce = new CountDownLatch(1);
    CountDownLatch chooses = new CountDownLatch(1);
    CountDownLatch keptTwice = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread methods =
        new Thread(
            () -> {
              try (Lane lane = Lane.open();
                  ScriptModule module = open(lane)) {
                NDArray x = lane.manager().ones(new Shape(1, 4, 2, 2));
                module.run("keep", x).close();
                keptOnce.countDown();
                await(chooses);
                module.run("keep", x).close();
                keptTwice.countDown();
                module.run("forward", x).close();
              }
            });
    methods.start();
    keptOnce.await();
    Thread other =
        new Thread(
            () ->
                ConvolutionChoice.run(
                    List.of(new ModuleUse(-1, "new", 0, new Shape(), false, Direction.FORWARD)),
                    () -> {
                      chooses.countDown();
                      return await(mayEnd);
                    }));
    other.start();
    keptTwice.await();
    try {
      while (methods.getState() != Thread.State.BLOCKED) {
        assertThat(methods.isAlive()).isTrue();
        Thread.onSpinWait();
      }
    } finally {
      mayEnd.countDown();
    }
    other.join();
    methods.join();
  }

  private static ScriptModule open(Lane lane) {
    try (InputStream in = Files.newInputStream(FILE)) {
      return ScriptModule.load(lane, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
