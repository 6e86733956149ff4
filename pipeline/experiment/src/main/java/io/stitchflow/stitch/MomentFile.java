package io.stitchflow.stitch;

import io.stitchflow.artifacts.tensor.Dtype;
import io.stitchflow.artifacts.tensor.NamedTensor;
import io.stitchflow.artifacts.tensor.Safetensors;
import io.stitchflow.artifacts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sums over all positions, as safetensors of float64. */
final class MomentFile {
  private MomentFile() {}

  /** A matrix row by row; a vector has one column. */
  record Sums(int rows, int columns, double[] values) {}

  static void write(Path file, String kind, Map<String, Sums> sums) throws IOException {
    List<NamedTensor> tensors =
        sums.entrySet().stream().map(entry -> tensor(entry.getKey(), entry.getValue())).toList();
    SortedMap<String, String> metadata = new TreeMap<>(Map.of("kind", kind));
    Safetensors.write(file, tensors, metadata);
  }

  static double[] read(SafetensorsFile file, String name) {
    ByteBuffer data = file.get(name).data();
    double[] values = new double[data.remaining() / Double.BYTES];
    data.asDoubleBuffer().get(values);
    return values;
  }

  private static NamedTensor tensor(String name, Sums sums) {
    ByteBuffer data =
        ByteBuffer.allocate(sums.values().length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(sums.values());
    return new NamedTensor(name, Dtype.F64, List.of(sums.rows(), sums.columns()), data);
  }
}
