package io.stitchflow.benchmarks;

import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Writing and gathering representations of [64, 32, 32], 256 KiB each in float32, in files of 1,024
 * that the file system's cache holds. Counts 10^9 bytes a second, once as float32 and once as they
 * are stored.
 */
@BenchmarkMode(Mode.Throughput)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // by setUp
public class TensorFileBenchmark {
  private static final List<Integer> SHAPE = List.of(64, 32, 32);
  private static final int ELEMENTS = 64 * 32 * 32;
  private static final int ROWS = 1024;
  private static final int BATCH = 128;
  private static final int WRITTEN_ROWS = 256;
  private static final long SEED = 1;

  @Param({"UINT8", "FLOAT16", "FLOAT32"})
  public Element element;

  private final int[] order = new int[ROWS];
  private final ByteBuffer floats = direct(BATCH * ELEMENTS * Float.BYTES);
  private final int[] labels = new int[BATCH];
  private Path directory;
  private TensorFile file;
  private int next;

  /** What an operation moved. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Moved {
    public double floatGigabytes;
    public double storedGigabytes;

    @Setup(Level.Iteration)
    public void reset() {
      floatGigabytes = 0;
      storedGigabytes = 0;
    }

    void add(int rows, Element element) {
      floatGigabytes += rows * (double) ELEMENTS * Float.BYTES / 1e9;
      storedGigabytes += rows * (double) ELEMENTS * element.bytes() / 1e9;
    }
  }

  @Setup
  public void setUp() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    while (floats.hasRemaining()) {
      floats.putFloat((float) random.nextDouble(-4, 4));
    }
    directory = Files.createTempDirectory("tensor-file-benchmark");
    write("gathered", ROWS);
    file = TensorFile.open(directory.resolve("gathered"));
    for (int i = 0; i < ROWS; i++) { // Fisher and Yates, inside out
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }

  @TearDown
  public void tearDown() throws IOException {
    file.close();
    Files.deleteIfExists(directory.resolve("gathered"));
    Files.deleteIfExists(directory.resolve("written"));
    Files.delete(directory);
  }

  /** Shuffled batches of 128. */
  @Benchmark
  public ByteBuffer gather(Moved moved) {
    file.gatherFloats(order, next, BATCH, floats);
    next = (next + BATCH) % ROWS;
    moved.add(BATCH, element);
    return floats;
  }

  /** Files of 256, not synced; each a new one, as rewriting makes some file systems sync. */
  @Benchmark
  public void write(Moved moved) throws IOException {
    Files.deleteIfExists(directory.resolve("written"));
    write("written", WRITTEN_ROWS);
    moved.add(WRITTEN_ROWS, element);
  }

  /** To compare with: the bare copy of as many bytes, from a buffer to itself elsewhere. */
  @Benchmark
  public ByteBuffer bareCopy(Moved moved) {
    int half = BATCH / 2 * ELEMENTS * Float.BYTES;
    floats.clear();
    floats.put(0, floats, half, half);
    floats.put(half, floats, 0, half);
    moved.add(BATCH, element);
    return floats;
  }

  /** To compare with: as many bytes through a bare channel. */
  @Benchmark
  public void bareWrite(Moved moved) throws IOException {
    Path path = directory.resolve("written");
    Files.deleteIfExists(path);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < WRITTEN_ROWS; i += BATCH) {
        floats.clear().limit(BATCH * ELEMENTS * element.bytes());
        while (floats.hasRemaining()) {
          channel.write(floats);
        }
      }
    }
    moved.add(WRITTEN_ROWS, element);
  }

  private void write(String name, int rows) throws IOException {
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            directory.resolve(name),
            "representation",
            SHAPE,
            List.of("C", "H", "W"),
            element,
            10,
            new TreeMap<>())) {
      for (int i = 0; i < rows; i += BATCH) {
        if (element == Element.UINT8) {
          writer.write(floats.clear().limit(BATCH * ELEMENTS), labels);
        } else {
          writer.writeFloats(floats.clear(), labels);
        }
      }
    }
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
