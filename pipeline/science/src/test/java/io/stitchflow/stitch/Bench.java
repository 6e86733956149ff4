package io.stitchflow.stitch;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Runs executors on files of a directory, without a store. */
public final class Bench {
  private final Path directory;
  private int stages;

  public Bench(Path directory) {
    this.directory = directory;
  }

  /** A stage whose inputs are named in turn: role, file, role, file, ... */
  public Run stage(Action.Builder parameters, Object... inputs) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    Action.Builder action = parameters.clone();
    for (int i = 0; i < inputs.length; i += 2) {
      String role = (String) inputs[i];
      Path file = (Path) inputs[i + 1];
      files.put(role, file);
      action.addInput(Input.newBuilder().setRole(role).setDigest(Digest.of(file).bytes()));
    }
    return new Run(
        action.build(), files, Files.createDirectory(directory.resolve("stage" + stages++)));
  }

  /** Runs one stage; its outputs lie in the directory returned. */
  public Path execute(StageExecutor executor, Run run) throws IOException {
    return executeAll(executor, List.of(run)).get(0);
  }

  /** Runs stages as one group. */
  public List<Path> executeAll(StageExecutor executor, List<Run> runs) throws IOException {
    List<Double> progress = new ArrayList<>();
    executor.execute(List.copyOf(runs), progress::add);
    if (progress.stream().anyMatch(share -> share < 0 || share > 1)) {
      throw new AssertionError("progress must be in [0, 1], but was: " + progress);
    }
    return runs.stream().map(Run::outputs).toList();
  }

  /** A representation of the numbers given, example by example; labels are 0, 1, ... 9, 0, ... */
  public Path representation(List<Integer> shape, float... values) throws IOException {
    return representation(shape, i -> i % 10, values);
  }

  /**
   * A representation of the numbers given, example by example.
   *
   * @param label by example
   */
  public Path representation(List<Integer> shape, IntUnaryOperator label, float... values)
      throws IOException {
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    Path file = directory.resolve("representation" + stages++);
    ByteBuffer rows =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    rows.asFloatBuffer().put(values);
    int[] labels = IntStream.range(0, values.length / elements).map(label).toArray();
    List<String> names = List.of("C", "H", "W").subList(0, shape.size());
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file, "representation", shape, names, Element.FLOAT32, 256, new TreeMap<>())) {
      writer.write(rows, labels);
    }
    return file;
  }

  /** A stage with files beside it; what it fails with is written to {@code failure}. */
  public record Run(Action action, Map<String, Path> inputs, Path outputs) implements StageRun {
    @Override
    public Path input(String role) {
      Path file = inputs.get(role);
      if (file == null) {
        throw new IllegalArgumentException("no input '" + role + "'");
      }
      return file;
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }

    @Override
    public void fail(String why) {
      try {
        Files.writeString(outputs.resolve("failure"), why);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
