package io.stitchflow.network;

import io.stitchflow.network.foreign.ArrayMatch;
import io.stitchflow.network.foreign.Complaint;
import io.stitchflow.network.foreign.ForeignArrays;
import io.stitchflow.network.foreign.Mismatch;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A network's arrays in a file that another program wrote, under names of its own. */
public final class ForeignWeights {
  private final Architecture architecture;
  private final ForeignArrays arrays;
  private final ArrayMatch match;

  private ForeignWeights(ForeignArrays arrays, Architecture architecture, List<NameMap> names) {
    this.architecture = architecture;
    this.arrays = arrays;
    this.match = ArrayMatch.of(arrays.names(), names, shapes(architecture).keySet());
  }

  /** Everything for which the arrays in the file are not those of the network. */
  public static List<Complaint> complaints(
      ForeignArrays arrays, Architecture architecture, List<NameMap> names) {
    return Mismatch.complaints(arrays, names, architecture.toString(), shapes(architecture));
  }

  /**
   * The network's arrays.
   *
   * @throws IllegalArgumentException if they are not those of the network, with all that are
   *     missing, left over or of another shape, or if a number is not finite or a running variance
   *     is negative
   */
  static ForeignWeights read(ForeignArrays arrays, Architecture architecture, List<NameMap> names)
      throws IOException {
    List<Complaint> mismatch = complaints(arrays, architecture, names);
    if (!mismatch.isEmpty()) {
      throw new IllegalArgumentException(
          mismatch.stream()
              .map(each -> "weights." + each.field() + ": " + each.text())
              .collect(Collectors.joining(". ")));
    }
    ForeignWeights weights = new ForeignWeights(arrays, architecture, names);
    List<String> wrong = new ArrayList<>();
    for (Tensor array : architecture.tensors()) {
      weights.checkNumbers(array, wrong);
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          "the weights cannot be those of "
              + architecture
              + ": "
              + Mismatch.brief(wrong)
              + "; choose another file in weights.file");
    }
    return weights;
  }

  private static Map<String, List<Integer>> shapes(Architecture architecture) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    architecture.tensors().forEach(each -> shapes.put(each.name(), each.shape()));
    return shapes;
  }

  /** The network's arrays under their names, F32. */
  List<NamedTensor> tensors() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (Tensor array : architecture.tensors()) {
      NamedTensor floats = float32(array);
      tensors.add(new NamedTensor(array.name(), Dtype.F32, floats.shape(), floats.data()));
    }
    return tensors;
  }

  private NamedTensor float32(Tensor array) throws IOException {
    return arrays.float32(match.name(array.name()));
  }

  /** Adds the first number that the array cannot have. */
  private void checkNumbers(Tensor array, List<String> wrong) throws IOException {
    ByteBuffer numbers = float32(array).data();
    for (int i = 0; numbers.hasRemaining(); i++) {
      float number = numbers.getFloat();
      boolean negative = array.role() == Tensor.Role.RUNNING_VARIANCE && number < 0;
      if (!Float.isFinite(number) || negative) {
        wrong.add(
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
