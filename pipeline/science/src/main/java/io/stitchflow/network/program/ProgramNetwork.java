package io.stitchflow.network.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.ScriptException;
import io.stitchflow.torch.ScriptModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A network whose sections are methods of TorchScript modules, one module a file. Arrays lie row by
 * row in memory everywhere. Tokens [examples, tokens, features] are maps [examples, features,
 * tokens, 1] between sections.
 */
final class ProgramNetwork extends Network {
  private final ProgramSource source;
  private final Map<String, ScriptModule> modules = new LinkedHashMap<>(); // by file

  private ProgramNetwork(ProgramSource source) {
    this.source = source;
  }

  /**
   * Opens a program from its archive.
   *
   * @throws IllegalArgumentException if it is not an archive of a program
   * @throws ScriptException if a segment cannot be loaded or has no such method, with its name
   */
  static ProgramNetwork open(Lane lane, Path file) throws IOException {
    try (ProgramArchive archive = ProgramArchive.open(file)) {
      ProgramNetwork network = new ProgramNetwork(archive.source());
      try {
        for (int i = 0; i < network.source.manifest().segments().size(); i++) {
          network.load(lane, archive, i);
        }
        return network;
      } catch (IOException | RuntimeException e) {
        network.close();
        throw e;
      }
    }
  }

  /** Loads the file of a segment, unless an earlier one has the same. */
  private void load(Lane lane, ProgramArchive archive, int index) throws IOException {
    ProgramManifest.Segment segment = source.manifest().segments().get(index);
    @Nullable ScriptModule module = modules.get(segment.file());
    if (module == null) {
      try (InputStream in = archive.file(segment.file())) {
        module = ScriptModule.load(lane, in);
      } catch (ScriptException e) {
        throw failure(index, e);
      }
      modules.put(segment.file(), module);
    }
    List<String> methods = module.methods();
    if (!methods.contains(segment.method())) {
      throw new ScriptException(
          name(index)
              + " needs the method '"
              + segment.method()
              + "', but its file, "
              + segment.file()
              + " in the archive, has "
              + (methods.isEmpty() ? "no methods" : "only " + String.join(", ", methods))
              + "; write one of these as the segment's method, or mark the method with @torch.jit.export and"
              + " write the file again");
    }
  }

  @Override
  public ProgramSource source() {
    return source;
  }

  @Override
  public NetworkInputs inputs(TensorFile examples, int count) {
    NetworkInputs.@Nullable Scale scale = source.manifest().scale();
    return scale == null
        ? super.inputs(examples, count)
        : new NetworkInputs(examples, count, scale);
  }

  @Override
  protected NDArray section(int index, NDArray x) {
    List<ProgramManifest.Segment> segments = source.manifest().segments();
    NDArray y;
    try (NDArray input =
        index > 0 && segments.get(index - 1).tokens() ? tokens(x) : x.reshape(x.getShape())) {
      y = module(segments.get(index)).run(segments.get(index).method(), input);
    } catch (ScriptException e) {
      throw failure(index, e);
    }
    List<Integer> shape = segments.get(index).shape();
    long[] expected = new long[shape.size() + 1];
    expected[0] = x.getShape().get(0);
    Arrays.setAll(expected, i -> i == 0 ? x.getShape().get(0) : shape.get(i - 1));
    long[] actual = y.getShape().getShape();
    if (!Arrays.equals(actual, expected)) {
      y.close();
      throw new ScriptException(
          name(index)
              + " gives the shape "
              + Arrays.toString(actual)
              + " for "
              + expected[0]
              + (expected[0] == 1 ? " image" : " images")
              + ", but must give "
              + Arrays.toString(expected)
              + "; correct its shape in the experiment or in "
              + ProgramManifest.FILE
              + ", or the segment");
    }
    if (!segments.get(index).tokens()) {
      return y;
    }
    try (NDArray tokens = y) {
      return map(tokens);
    }
  }

  private ScriptModule module(ProgramManifest.Segment segment) {
    return Objects.requireNonNull(modules.get(segment.file()));
  }

  /** [examples, features, tokens, 1] as [examples, tokens, features]. */
  private static NDArray tokens(NDArray map) {
    Shape shape = map.getShape();
    return swapped(
        map.reshape(shape.get(0), shape.get(1), shape.get(2)),
        new Shape(shape.get(0), shape.get(2), shape.get(1)));
  }

  /** [examples, tokens, features] as [examples, features, tokens, 1]. */
  private static NDArray map(NDArray tokens) {
    Shape shape = tokens.getShape();
    return swapped(tokens, new Shape(shape.get(0), shape.get(2), shape.get(1), 1));
  }

  /** With the last two axes in the other order, row by row in memory. */
  private static NDArray swapped(NDArray x, Shape shape) {
    try (NDArray swapped = x.transpose(0, 2, 1);
        NDArray flat = swapped.flatten()) {
      return flat.reshape(shape);
    }
  }

  /** For messages: {@code segment 'layer1'}. */
  String name(int index) {
    return "segment '" + source.manifest().segments().get(index).name() + "'";
  }

  private ScriptException failure(int index, ScriptException e) {
    return new ScriptException(name(index) + " " + e.getMessage());
  }

  @Override
  protected NDArray beforeLastLayer(NDArray x) {
    return x;
  }

  @Override
  protected NDArray inside(NDArray x) {
    return x.reshape(x.getShape());
  }

  @Override
  protected NDArray outside(NDArray y) {
    return y.reshape(y.getShape());
  }

  @Override
  public Digest digest() {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    modules.values().forEach(module -> digests.writeBytes(module.digest().bytes().toByteArray()));
    return Digest.of(digests.toByteArray());
  }

  @Override
  public void close() {
    modules.values().forEach(ScriptModule::close);
  }
}
