package io.stitchflow.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.stitch.Bench;
import io.stitchflow.stitch.Subject;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollectRepresentationExecutorTest {
  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Path images = directory;
  private Path network = directory;

  @BeforeAll
  void makeNetwork() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    images = dataset.resolve("test");
    network = Subject.of(bench, dataset, 1, 1).network();
  }

  @Test
  void execute_wholeSplit_writesWhatCrossesTheCutWithLabels() throws IOException {
    try (TensorFile file = collect("layer3.0", 0, ElementType.FLOAT32);
        TensorFile source = TensorFile.open(images);
        Lane lane = Lane.open();
        Network frozen = LayeredNetwork.load(lane, network)) {
      assertThat(file.rows()).isEqualTo(Subject.TEST_EXAMPLES);
      assertThat(file.shape()).containsExactly(16, 8, 8);
      assertThat(file.dimNames()).containsExactly("C", "H", "W");
      assertThat(file.column()).isEqualTo("representation");
      assertThat(file.metadata())
          .containsEntry("architecture", "ResNet(1,1,1,1)")
          .containsEntry("cut", "layer3.0")
          .containsEntry("width", "4");
      CutPoint cut = frozen.source().cut("layer3.0");
      float[] last = prefix(lane, frozen, source, cut, 64, Subject.TEST_EXAMPLES - 64);
      for (int row = 64; row < file.rows(); row++) {
        assertThat(file.label(row)).isEqualTo(source.label(row));
        int start = (row - 64) * file.elementsPerRow();
        assertThat(row(file, row))
            .containsExactly(Arrays.copyOfRange(last, start, start + file.elementsPerRow()));
      }
    }
  }

  @Test
  void execute_fewerExamples_isTheStartOfTheWhole() throws IOException {
    try (TensorFile whole = collect("layer4.0", 0, ElementType.FLOAT32);
        TensorFile part = collect("layer4.0", 65, ElementType.FLOAT32);
        TensorFile more = collect("layer4.0", 1000, ElementType.FLOAT32)) {
      assertThat(part.rows()).isEqualTo(65);
      assertThat(more.rows()).isEqualTo(whole.rows());
      for (int row = 0; row < part.rows(); row++) {
        assertThat(row(part, row)).containsExactly(row(whole, row));
      }
    }
  }

  @Test
  void execute_float16_isRoundedFloat32() throws IOException {
    try (TensorFile exact = collect("stem", 0, ElementType.FLOAT32);
        TensorFile half = collect("stem", 0, ElementType.FLOAT16)) {
      assertThat(half.element()).isEqualTo(Element.FLOAT16);
      float[] expected = row(exact, 5);
      float[] rounded = row(half, 5);
      for (int i = 0; i < expected.length; i++) {
        assertThat(rounded[i]).isEqualTo(expected[i], within(5e-4f * expected[i] + 1e-7f));
      }
    }
  }

  @Test
  void execute_numbersTooLargeForTheDtype_failsThatCutWithHowMany() throws IOException {
    Path large = scaled("conv1.weight", 1e6f);
    List<Bench.Run> runs =
        List.of(
            Subject.representation(bench, large, images, "stem", 0, ElementType.FLOAT16),
            Subject.representation(bench, large, images, "layer4.0", 0, ElementType.FLOAT32));
    List<Path> outputs = bench.executeAll(new CollectRepresentationExecutor(), runs);
    assertThat(outputs.get(0).resolve("failure"))
        .content()
        .matches(
            "[1-9]\\d* of 368640 numbers of ResNet\\(1,1,1,1\\)/4 after 'stem'"
                + " are not finite as FLOAT16, whose largest number is 65504.0"
                + "; representation.dtype: FLOAT32 holds them");
    assertThat(outputs.get(1).resolve("failure")).doesNotExist();
  }

  @Test
  void execute_infiniteFloat32_failsWithHowMany() throws IOException {
    Path infinite = scaled("conv1.weight", Float.POSITIVE_INFINITY);
    Bench.Run run = Subject.representation(bench, infinite, images, "stem", 0, ElementType.FLOAT32);
    assertThat(bench.execute(new CollectRepresentationExecutor(), run).resolve("failure"))
        .content()
        .contains(" of 368640 numbers of ResNet(1,1,1,1)/4", "'stem'", "FLOAT32", "3.4028235E38")
        .doesNotContain("holds them");
  }

  /** The network with one array multiplied. */
  private Path scaled(String name, float factor) throws IOException {
    SafetensorsFile file = Safetensors.read(network);
    List<NamedTensor> tensors = new ArrayList<>();
    for (String each : file.names()) {
      NamedTensor tensor = file.get(each);
      if (each.equals(name)) {
        FloatBuffer values = tensor.data().asFloatBuffer();
        ByteBuffer data = Lane.allocate(values.remaining() * Float.BYTES);
        while (values.hasRemaining()) {
          data.putFloat(values.get() * factor);
        }
        tensor = new NamedTensor(name, tensor.dtype(), tensor.shape(), data.flip());
      }
      tensors.add(tensor);
    }
    Path scaled = directory.resolve("scaled" + factor);
    Safetensors.write(scaled, tensors, file.metadata());
    return scaled;
  }

  @Test
  void execute_noSuchCut_saysWhichThereAre() {
    assertThatThrownBy(() -> collect("layer5.0", 0, ElementType.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose one of stem, layer1.0");
  }

  @Test
  void execute_groupOfTwoNetworks_isRefused() throws IOException {
    Path other = Subject.of(bench, dataset, 0, 9).network();
    List<Bench.Run> runs =
        List.of(
            Subject.representation(bench, network, images, "stem", 0, ElementType.FLOAT32),
            Subject.representation(bench, other, images, "stem", 0, ElementType.FLOAT32));
    assertThatThrownBy(() -> bench.executeAll(new CollectRepresentationExecutor(), runs))
        .hasMessageContaining("must have one network");
  }

  private TensorFile collect(String cut, int examples, ElementType dtype) throws IOException {
    Bench.Run run = Subject.representation(bench, network, images, cut, examples, dtype);
    return TensorFile.open(
        bench.execute(new CollectRepresentationExecutor(), run).resolve("representation"));
  }

  private static float[] prefix(
      Lane lane, Network network, TensorFile images, CutPoint cut, int from, int count) {
    return network
        .prefix(new NetworkInputs(images, count).batch(lane, from, count), cut)
        .toFloatArray();
  }

  private static float[] row(TensorFile file, int row) {
    ByteBuffer bytes = Lane.allocate(file.elementsPerRow() * Float.BYTES);
    file.readFloats(row, 1, bytes);
    FloatBuffer floats = bytes.asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }
}
