package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process whose lanes meet convolutions, each of which oneDNN sees for the first time: those of a
 * ResNet of width 8 in batches of 1, 2, 3 and so on. Says the digest of all results.
 */
final class ConvolutionsProcess {
  static final int LANES = 8;

  private static final int BATCHES = 60;
  private static final int WIDTH = 8;
  private static final int STAGES = 4;

  private ConvolutionsProcess() {}

  /** Argument: how many of the lanes work at once. */
  public static void main(String[] arguments) throws Exception {
    SortedMap<Integer, Digest> results = new ConcurrentSkipListMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(arguments[0]));
    List<Future<?>> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      int index = i;
      lanes.add(threads.submit(() -> compute(index, results)));
    }
    for (Future<?> lane : lanes) {
      lane.get();
    }
    threads.shutdown();
    System.out.println(results);
  }

  private static void compute(int index, SortedMap<Integer, Digest> results) {
    int channels = WIDTH << index % STAGES;
    int side = 32 >> index % STAGES;
    try (Lane lane = Lane.open()) {
      for (int batch = 1; batch <= BATCHES; batch++) {
        Random random = new Random(batch);
        // the second lane of a stage has the same channels and another height
        Shape shape = new Shape(batch, channels, side + index / STAGES, side);
        Digest digest =
            Lane.scoped(
                () -> {
                  NDArray x = Functional.channelsLast(normal(lane, shape, random));
                  NDArray w = normal(lane, new Shape(channels, channels, 3, 3), random);
                  return step(x, w);
                });
        results.put(index * BATCHES + batch, digest);
      }
    }
  }

  private static Digest step(NDArray x, NDArray w) {
    Autograd.track(x);
    Autograd.track(w);
    NDArray loss = Autograd.withGradient(() -> Functional.conv2d(x, w, null, 1, 1).square().sum());
    Autograd.backward(loss);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (NDArray result : List.of(loss, x.getGradient(), w.getGradient())) {
      ByteBuffer copy = Lane.copy(result);
      byte[] array = new byte[copy.remaining()];
      copy.get(array);
      bytes.writeBytes(array);
    }
    return Digest.of(bytes.toByteArray());
  }

  private static NDArray normal(Lane lane, Shape shape, Random random) {
    ByteBuffer floats = Lane.allocate(Math.toIntExact(shape.size()) * Float.BYTES);
    while (floats.hasRemaining()) {
      floats.putFloat((float) random.nextGaussian());
    }
    return lane.create(floats.flip(), shape);
  }

  static Process start(int atOnce, Path out) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx512m",
            "-XX:ErrorFile=/dev/stderr",
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            ConvolutionsProcess.class.getName(),
            String.valueOf(atOnce))
        .redirectOutput(out.toFile())
        .redirectError(new File("/dev/null"))
        .start();
  }
}
