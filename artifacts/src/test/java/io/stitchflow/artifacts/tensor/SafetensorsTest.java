package io.stitchflow.artifacts.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path directory;

  @Test
  void read_whatWasWritten_isTheSame() throws IOException {
    NamedTensor bias = new NamedTensor("bias", Dtype.F32, List.of(2), floats(1f, -2f));
    NamedTensor weight = new NamedTensor("a.weight", Dtype.F32, List.of(1, 3), floats(3f, 4f, 5f));
    Path path = directory.resolve("network.safetensors");
    Safetensors.write(path, List.of(bias, weight), new TreeMap<>(Map.of("width", "16")));
    SafetensorsFile file = Safetensors.read(path);
    assertThat(file.metadata()).isEqualTo(Map.of("width", "16"));
    assertThat(file.names()).containsExactly("a.weight", "bias");
    assertThat(file.get("bias")).isEqualTo(bias);
    assertThat(file.get("a.weight")).isEqualTo(weight);
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }
}
