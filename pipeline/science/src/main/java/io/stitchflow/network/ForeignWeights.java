package io.stitchflow.network;

import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A network's arrays in a safetensors file that something else has written, under names of its own.
 */
public final class ForeignWeights {
  /** What PyTorch counts in each normalisation and needs for nothing here. */
  private static final String COUNTER = "num_batches_tracked";

  private static final int MOST_SHOWN = 1000;
  private static final Set<Dtype> DTYPES = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16);

  private final Architecture architecture;
  private final List<NameMap> names;
  private final SafetensorsFile file;

  /** Names in the file, by the array's name here. */
  private final Map<String, String> found = new LinkedHashMap<>();

  private final Set<NameMap> used = new LinkedHashSet<>();
  private final List<String> complaints = new ArrayList<>();

  private ForeignWeights(Path file, Architecture architecture, List<NameMap> names)
      throws IOException {
    this.architecture = architecture;
    this.names = names;
    this.file = Safetensors.readForeign(file);
    Map<String, Tensor> wanted =
        architecture.tensors().stream().collect(Collectors.toMap(Tensor::name, each -> each));
    this.file.names().forEach(name -> match(name, wanted));
    checkMissing();
    checkMaps();
  }

  /**
   * Everything for which the arrays in the file are not those of the network.
   *
   * @throws io.stitchflow.tensors.InvalidFileException if it is not a safetensors file
   * @throws IOException if it cannot be read
   */
  public static List<String> complaints(Path file, Architecture architecture, List<NameMap> names)
      throws IOException {
    return shown(new ForeignWeights(file, architecture, names).complaints);
  }

  /**
   * Opens the file.
   *
   * @throws IllegalArgumentException if its arrays are not those of the network, with all that are
   *     missing, left over or of another shape, or if a number is not finite or a running variance
   *     is negative
   */
  static ForeignWeights read(Path file, Architecture architecture, List<NameMap> names)
      throws IOException {
    ForeignWeights weights = new ForeignWeights(file, architecture, names);
    List<String> complaints = new ArrayList<>(weights.complaints);
    if (complaints.isEmpty()) {
      for (Tensor array : architecture.tensors()) {
        weights.checkNumbers(array, complaints);
      }
    }
    if (!complaints.isEmpty()) {
      throw new IllegalArgumentException(
          "the weights cannot be those of "
              + architecture
              + ": "
              + String.join("; ", shown(complaints))
              + "; choose another file in weights.file");
    }
    return weights;
  }

  private static List<String> shown(List<String> complaints) {
    if (complaints.size() <= MOST_SHOWN) {
      return complaints;
    }
    List<String> shown = new ArrayList<>(complaints.subList(0, MOST_SHOWN));
    shown.add("and " + (complaints.size() - MOST_SHOWN) + " more");
    return shown;
  }

  /** The network's arrays under their names, F32. */
  List<NamedTensor> tensors() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (Tensor array : architecture.tensors()) {
      tensors.add(float32(array.name()));
    }
    return tensors;
  }

  private NamedTensor float32(String name) throws IOException {
    @Nullable String there = found.get(name);
    if (there == null) {
      throw new IllegalArgumentException("the file has no '" + name + "'");
    }
    NamedTensor floats = file.get(there).toF32();
    return new NamedTensor(name, Dtype.F32, floats.shape(), floats.data());
  }

  private void match(String name, Map<String, Tensor> wanted) {
    if (name.equals(COUNTER) || name.endsWith("." + COUNTER)) {
      return;
    }
    @Nullable String here = here(name);
    if (here == null) {
      return;
    }
    String both = here.equals(name) ? "'" + name + "'" : "'" + name + "' (here '" + here + "')";
    @Nullable Tensor array = wanted.get(here);
    @Nullable String unknown = file.unknownDtype(name);
    if (unknown != null) {
      complaints.add(
          both
              + (array == null
                  ? " is not an array of the network"
                  : " must be F32, F16 or BF16, but is '" + unknown + "'"));
      return;
    }
    List<Integer> shape = file.shape(name);
    if (array == null) {
      complaints.add(both + " " + shape + " is not an array of the network");
      return;
    }
    @Nullable String other = found.putIfAbsent(here, name);
    if (other != null) {
      complaints.add("'" + other + "' and '" + name + "' are both '" + here + "'");
    }
    if (!shape.equals(array.shape())) {
      complaints.add(both + " must be " + array.shape() + ", but is " + shape);
    }
    if (!DTYPES.contains(file.dtype(name))) {
      complaints.add(both + " must be F32, F16 or BF16, but is " + file.dtype(name));
    }
  }

  /** What a name in the file means; null where it is left out. */
  private @Nullable String here(String name) {
    for (NameMap map : names) {
      boolean whole = map.getFrom().equals(name);
      if (whole || (map.getFrom().endsWith(".") && name.startsWith(map.getFrom()))) {
        used.add(map);
        return map.hasTo() ? map.getTo() + name.substring(map.getFrom().length()) : null;
      }
    }
    return name;
  }

  private void checkMissing() {
    for (Tensor tensor : architecture.tensors()) {
      if (!found.containsKey(tensor.name())) {
        complaints.add("'" + tensor.name() + "' " + tensor.shape() + " is missing");
      }
    }
  }

  private void checkMaps() {
    for (NameMap map : names) {
      if (!used.contains(map)) {
        complaints.add("no name in the file is left for name_map from '" + map.getFrom() + "'");
      }
    }
  }

  /** The first number that the array cannot have. */
  private void checkNumbers(Tensor array, List<String> complaints) throws IOException {
    ByteBuffer numbers = float32(array.name()).data();
    for (int i = 0; numbers.hasRemaining(); i++) {
      float number = numbers.getFloat();
      boolean negative = array.role() == Tensor.Role.RUNNING_VARIANCE && number < 0;
      if (!Float.isFinite(number) || negative) {
        complaints.add(
            String.format(
                Locale.ROOT,
                "'%s' has the value %s at index %d, but %s",
                array.name(),
                number,
                i,
                negative ? "a variance must be 0 or more" : "each value must be finite"));
        return;
      }
    }
  }
}
