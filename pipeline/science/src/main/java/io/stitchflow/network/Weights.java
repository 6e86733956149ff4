package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.protobuf.TextFormat;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The arrays of a network under PyTorch's names; as a file, a state_dict of PyTorch's. */
final class Weights implements AutoCloseable {
  private static final String ARCHITECTURE = "architecture";
  private static final String WIDTH = "width";
  private static final String CLASSES = "classes";
  private static final String LAYERS = "layers";
  private static final String IMAGE_SHAPE = "image_shape";

  private final Architecture architecture;
  private final Map<String, NDArray> arrays;

  private Weights(Architecture architecture, Map<String, NDArray> arrays) {
    this.architecture = architecture;
    this.arrays = arrays;
  }

  /**
   * Kaiming-normal (fan out) convolutions without bias, normalisation that does nothing, and linear
   * layers uniform within 1 / sqrt(inputs).
   */
  static Weights random(Lane lane, Architecture architecture, long seed) {
    // The sequence of java.util.Random is specified to the bit; near seeds are alike, so spread
    // them
    Random random = new Random(new SplittableRandom(seed).nextLong());
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Tensor tensor : architecture.tensors()) {
      ByteBuffer bytes = Lane.allocate(Math.toIntExact(tensor.elements() * Float.BYTES));
      FloatBuffer values = bytes.asFloatBuffer();
      while (values.hasRemaining()) {
        values.put((float) tensor.initial(random));
      }
      arrays.put(tensor.name(), Lane.keep(lane.create(bytes, shape(tensor))));
    }
    return new Weights(architecture, arrays);
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if it is not of a network, or arrays lack or differ in shape
   */
  static Weights load(Lane lane, Path safetensors) throws IOException {
    SafetensorsFile file = Safetensors.read(safetensors);
    Architecture architecture = architecture(file.metadata(), safetensors);
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Tensor tensor : architecture.tensors()) {
      NamedTensor stored = file.get(tensor.name());
      if (!stored.shape().equals(tensor.shape())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: '%s' must be %s in %s, but was: %s",
                safetensors,
                tensor.name(),
                tensor.shape(),
                architecture,
                stored.shape()));
      }
      arrays.put(tensor.name(), Lane.keep(lane.load(stored)));
    }
    return new Weights(architecture, arrays);
  }

  private static Architecture architecture(Map<String, String> metadata, Path file) {
    @Nullable String layers = metadata.get(LAYERS);
    @Nullable String name = metadata.get(ARCHITECTURE);
    @Nullable String width = metadata.get(WIDTH);
    @Nullable String classes = metadata.get(CLASSES);
    List<Integer> shape = imageShape(metadata);
    if (layers != null) {
      try {
        return Architecture.ofText(layers, shape);
      } catch (TextFormat.ParseException e) {
        throw new IllegalArgumentException(
            file + " is not a network: its metadata has layers that cannot be read: " + layers, e);
      }
    }
    if (name == null || width == null || classes == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is not a network: its metadata must name architecture, width and classes, or layers, but was: %s",
              file,
              metadata));
    }
    return Architecture.parse(
        name, Integer.parseInt(width), ClassificationTask.stated(shape, Integer.parseInt(classes)));
  }

  /** {@code 3,16,16}; empty where the file states none. */
  private static List<Integer> imageShape(Map<String, String> metadata) {
    @Nullable String shape = metadata.get(IMAGE_SHAPE);
    return shape == null
        ? List.of()
        : Arrays.stream(shape.split(",", -1)).map(Integer::valueOf).toList();
  }

  void save(Path file) throws IOException {
    List<NamedTensor> tensors =
        arrays.entrySet().stream().map(e -> Lane.save(e.getKey(), e.getValue())).toList();
    Safetensors.write(file, tensors, metadata(architecture));
  }

  /** What a network's file says of itself. */
  static SortedMap<String, String> metadata(Architecture architecture) {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put(ARCHITECTURE, architecture.name());
    if (architecture.layers().isEmpty()) {
      metadata.put(WIDTH, String.valueOf(architecture.width()));
      metadata.put(CLASSES, String.valueOf(architecture.task().classes()));
    } else {
      metadata.put(LAYERS, architecture.text());
    }
    List<Integer> shape = architecture.task().statedShape();
    if (!shape.isEmpty()) {
      metadata.put(
          IMAGE_SHAPE, shape.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }
    metadata.put("format", "pt");
    metadata.put("kind", "network");
    return metadata;
  }

  Architecture architecture() {
    return architecture;
  }

  NDArray get(String name) {
    @Nullable NDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException(architecture.name() + " has no array '" + name + "'");
    }
    return array;
  }

  private static Shape shape(Tensor tensor) {
    return new Shape(tensor.shape().stream().mapToLong(Integer::longValue).toArray());
  }

  @Override
  public void close() {
    arrays.values().forEach(NDArray::close);
  }
}
