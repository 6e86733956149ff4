package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.network.NetworkInputs.Scale;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkInputsTest {
  private static final Scale TWO = new Scale(List.of(1., 2.), List.of(2., 4.));

  @TempDir Path directory;

  @Test
  void read_mapsTokensAndVectors_normalisesEachChannelOrFeature() throws IOException {
    float[] values = {0, 1, 2, 3, 4, 5, 6, 7};
    assertThat(read(List.of(2, 2, 2), TWO, values))
        .containsExactly(-.5f, 0, .5f, 1, .5f, .75f, 1, 1.25f);
    assertThat(read(List.of(4, 2), TWO, values))
        .containsExactly(-.5f, -.25f, .5f, .25f, 1.5f, .75f, 2.5f, 1.25f);
    assertThat(read(List.of(2), TWO, 3, 4)).containsExactly(1, .5f);
  }

  @Test
  void read_nothingSaid_leavesNumbersAsTheyAre() throws IOException {
    assertThat(read(List.of(3, 1, 1), null, 7, -8, .25f)).containsExactly(7, -8, .25f);
  }

  @Test
  void read_bytes_areLevelsAndThreeChannelsThoseOfCifar10() throws IOException {
    byte[] levels = {0, 51, (byte) 255};
    assertThat(read(bytes(List.of(1, 1, 3), null, levels))).containsExactly(0, .2f, 1);
    float[] colour = read(bytes(List.of(3, 1, 1), null, levels));
    assertThat(colour[1]).isEqualTo((float) ((51 / 255. - 0.4822) / 0.2435));
    assertThat(read(bytes(List.of(3), null, levels))).containsExactly(0, .2f, 1);
    assertThat(read(bytes(List.of(1, 3), null, levels))).containsExactly(0, .2f, 1);
    Scale own = new Scale(List.of(0., 0., 0.5), List.of(1., 0.5, 0.25));
    assertThat(read(bytes(List.of(3, 1, 1), own, levels))).containsExactly(0, .4f, 2);
  }

  @Test
  void readAugmented_whatIsNoMap_isAsItIs() throws IOException {
    try (TensorFile file = TensorFile.open(floats(List.of(2), null, 1, 2, 3, 4))) {
      NetworkInputs inputs = new NetworkInputs(file, 2);
      Augmentation nothing = new Augmentation(1, 1, false, 0, 0);
      inputs.readAugmented(new int[] {1, 0}, 0, 2, nothing, new SplittableRandom(1));
      FloatBuffer read = inputs.buffer().asFloatBuffer();
      assertThat(List.of(read.get(0), read.get(1), read.get(2), read.get(3)))
          .containsExactly(3f, 4f, 1f, 2f);
    }
  }

  @Test
  void inputs_scaleOfOtherChannels_isRefused() throws IOException {
    Path file = floats(List.of(3, 1, 1), TWO, 1, 2, 3);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for 2 channels, but examples [3, 1, 1] have 3");
  }

  @Test
  void inputs_fourDimensions_areRefused() throws IOException {
    Path file = floats(List.of(1, 1, 1, 2), null, 1, 2);
    assertThatThrownBy(() -> read(file)).hasMessageContaining("[tokens, features] or [features]");
  }

  private float[] read(List<Integer> shape, @Nullable Scale scale, float... values)
      throws IOException {
    return read(floats(shape, scale, values));
  }

  private static float[] read(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      FloatBuffer read = new NetworkInputs(file, 1).read(0, 1).asFloatBuffer();
      float[] numbers = new float[read.remaining()];
      read.get(numbers);
      return numbers;
    }
  }

  private Path floats(List<Integer> shape, @Nullable Scale scale, float... values)
      throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return write(shape, scale, Element.FLOAT32, bytes);
  }

  private Path bytes(List<Integer> shape, @Nullable Scale scale, byte... levels)
      throws IOException {
    return write(shape, scale, Element.UINT8, ByteBuffer.wrap(levels));
  }

  private Path write(
      List<Integer> shape, @Nullable Scale scale, Element element, ByteBuffer numbers)
      throws IOException {
    Path file = directory.resolve("examples");
    List<String> names = List.of("A", "B", "C", "D").subList(0, shape.size());
    int row = shape.stream().reduce(element.bytes(), Math::multiplyExact);
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file,
            "image",
            shape,
            names,
            element,
            10,
            scale == null ? new TreeMap<>() : new TreeMap<>(scale.metadata()))) {
      writer.write(numbers, new int[numbers.remaining() / row]);
    }
    return file;
  }
}
