package io.stitchflow.stitch;

import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums over positions, as safetensors of float64. The first axis of each is the part. */
final class MomentFile {
  private MomentFile() {}

  static void write(Path file, String kind, List<NamedTensor> sums) throws IOException {
    Safetensors.write(file, sums, new TreeMap<>(Map.of("kind", kind)));
  }

  static double[] read(SafetensorsFile file, String name) throws IOException {
    ByteBuffer data = file.get(name).data();
    double[] values = new double[data.remaining() / Double.BYTES];
    data.asDoubleBuffer().get(values);
    return values;
  }

  static NamedTensor tensor(String name, List<Integer> shape, double[] values) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(values);
    return new NamedTensor(name, Dtype.F64, shape, data);
  }
}
