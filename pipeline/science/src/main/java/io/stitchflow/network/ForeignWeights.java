package io.stitchflow.network;

import io.stitchflow.network.foreign.ArrayMatch;
import io.stitchflow.network.foreign.Complaint;
import io.stitchflow.network.foreign.ForeignArrays;
import io.stitchflow.network.foreign.Mismatch;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;
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
    weights.checkNumbers();
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

  private void checkNumbers() throws IOException {
    List<String> notFinite = new ArrayList<>();
    List<String> negative = new ArrayList<>();
    for (Tensor array : architecture.tensors()) {
      check(array, number -> !Double.isFinite(number), notFinite);
      if (array.role() == Tensor.Role.RUNNING_VARIANCE) {
        check(array, number -> Double.isFinite(number) && number < 0, negative);
      }
    }
    List<String> problems = new ArrayList<>();
    if (!notFinite.isEmpty()) {
      problems.add("values that are not finite in " + listed(notFinite));
    }
    if (!negative.isEmpty()) {
      problems.add("variances below 0 in " + listed(negative));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "weights.file: has "
              + String.join("; has ", problems)
              + "; choose a file of a network whose training did not diverge");
    }
  }

  private static String listed(List<String> arrays) {
    return Mismatch.arrays(arrays.size()) + ": " + Mismatch.brief(arrays);
  }

  /** Adds how many numbers of the array are wrong, and the first of them. */
  private void check(Tensor array, DoublePredicate isWrong, List<String> found) throws IOException {
    FloatBuffer numbers = float32(array).data().asFloatBuffer();
    int count = 0;
    int first = 0;
    for (int i = 0; i < numbers.limit(); i++) {
      if (isWrong.test(numbers.get(i))) {
        first = count == 0 ? i : first;
        count++;
      }
    }
    if (count > 0) {
      found.add(
          String.format(
              Locale.ROOT,
              "%s (%d of %d, the first %s at index %d)",
              match.label(array.name()),
              count,
              numbers.limit(),
              numbers.get(first),
              first));
    }
  }
}
