package io.stitchflow.network.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.stitchflow.torch.Extent;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Layer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every layer type, on a small layer of it. */
class LayerTypesTest {
  private static final int EXAMPLES = 3;
  private static final List<Integer> MAP = List.of(4, 8, 8);
  private static final List<Integer> VECTOR = List.of(6);
  private static final Map<Layer.KindCase, String> SAMPLES = samples();

  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  private static Map<Layer.KindCase, String> samples() {
    Map<Layer.KindCase, String> samples = new EnumMap<>(Layer.KindCase.class);
    samples.put(Layer.KindCase.CONV, "conv { channels: 5 kernel: 3 stride: 2 padding: 1 }");
    samples.put(Layer.KindCase.BATCH_NORM, "batch_norm {}");
    samples.put(Layer.KindCase.LAYER_NORM, "layer_norm {}");
    samples.put(Layer.KindCase.GROUP_NORM, "group_norm { groups: 2 }");
    samples.put(Layer.KindCase.RELU, "relu {}");
    samples.put(Layer.KindCase.GELU, "gelu {}");
    samples.put(Layer.KindCase.SILU, "silu {}");
    samples.put(Layer.KindCase.SIGMOID, "sigmoid {}");
    samples.put(Layer.KindCase.ATTENTION, "attention { heads: 2 }");
    samples.put(Layer.KindCase.SCALE, "scale { initial: 1e-6 }");
    samples.put(Layer.KindCase.MAX_POOL, "max_pool { kernel: 2 }");
    samples.put(Layer.KindCase.AVG_POOL, "avg_pool { kernel: 3 stride: 2 padding: 1 }");
    samples.put(Layer.KindCase.GLOBAL_AVG_POOL, "global_avg_pool {}");
    samples.put(Layer.KindCase.FLATTEN, "flatten {}");
    samples.put(Layer.KindCase.LINEAR, "linear { outputs: 5 }");
    samples.put(
        Layer.KindCase.RESIDUAL, "residual { body { conv { channels: 4 kernel: 3 padding: 1 } } }");
    samples.put(
        Layer.KindCase.CONCAT, "concat { branch {} branch { layer { relu {} } } branch {} }");
    samples.put(
        Layer.KindCase.SEQUENCE, "sequence { layer { relu {} } layer { max_pool { kernel: 4 } } }");
    return samples;
  }

  static Stream<Layer.KindCase> kinds() {
    return LayerTypes.all().stream().map(LayerType::kind);
  }

  @Test
  void all_everyFieldOfTheProto_hasOneType() {
    assertThat(kinds())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Layer.KindCase.values())
                .filter(kind -> kind != Layer.KindCase.KIND_NOT_SET)
                .toList());
    assertThat(LayerTypes.names()).startsWith("conv, batch_norm, ").endsWith(" or sequence");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fillDefaults_twice_isAsOnce(Layer.KindCase kind) {
    Layer layer = layer(kind);
    Layer.Builder again = layer.toBuilder();
    LayerTypes.fillDefaults(again);
    assertThat(again.build()).isEqualTo(layer);
  }

  @Test
  void fillDefaults_argumentsThatSayNothing_areLeftOut() {
    Layer plain =
        layer("conv { channels: 5 kernel: 3 padding: 0 dilation: [1, 1] groups: 1 bias: true }");
    assertThat(plain).isEqualTo(layer("conv { channels: 5 kernel: [3, 3] stride: [1, 1] }"));
    // The bytes that fields of one number had
    assertThat(plain.getConv().toByteArray())
        .containsExactly(1 << 3, 5, 2 << 3, 3, 3 << 3, 1, 5 << 3, 1);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void inside_everyListOfLayers_isNamedByItsPath(Layer.KindCase kind) {
    FieldDescriptor field = Layer.getDescriptor().findFieldByNumber(kind.getNumber());
    List<String> lists = lists((Message) layer(kind).getField(field), field.getName() + ".");
    assertThat(LayerTypes.inside(layer(kind)).keySet()).containsExactlyInAnyOrderElementsOf(lists);
    assertThat(type(kind).holdsLayers()).isEqualTo(!lists.isEmpty());
  }

  /** The paths of all lists of layers in a message. */
  private static List<String> lists(Message message, String path) {
    List<String> lists = new ArrayList<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (field.getMessageType().equals(Layer.getDescriptor())) {
        lists.add(path + field.getName());
        continue;
      }
      for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
        Message inner = (Message) message.getRepeatedField(field, i);
        lists.addAll(lists(inner, path + field.getName() + "[" + i + "]."));
      }
    }
    return lists;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void apply_aBatch_hasTheShapeThatWasReadAndLeavesTheInput(Layer.KindCase kind) {
    LayerReader reader = new LayerReader(in(kind));
    Step step = read(kind, reader);
    NDArray x = noise(shape(in(kind)));
    float[] before = x.toFloatArray();
    NDArray y = step.apply(x, new Ones(lane, step.tensors()));
    List<Integer> out = Objects.requireNonNull(reader.shape());
    assertThat(y.getShape()).isEqualTo(shape(out));
    assertThat(x.toFloatArray()).containsExactly(before);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void read_aLayer_hasArraysBelowItsNameAndMacsWhereItHasWeights(Layer.KindCase kind) {
    LayerReader reader = new LayerReader(in(kind));
    Step step = read(kind, reader);
    assertThat(step.tensors()).allMatch(tensor -> tensor.name().startsWith("x."));
    assertThat(step.tensors().stream().map(Tensor::name)).doesNotHaveDuplicates();
    assertThat(step.tensors().stream().mapToLong(Tensor::elements).sum())
        .isEqualTo(reader.numbers());
    assertThat(step.macs() > 0)
        .isEqualTo(step.tensors().stream().anyMatch(tensor -> tensor.shape().size() > 1));
    assertThat(step.parts().stream().flatMap(part -> part.tensors().stream()))
        .containsExactlyElementsOf(step.tensors());
    assertThat(reader.complaints()).isEmpty();
  }

  private static Step read(Layer.KindCase kind, LayerReader reader) {
    return Objects.requireNonNull(
        type(kind).read(layer(kind), new LayerReader.Place("layer[0]", "x", null), reader));
  }

  private static LayerType type(Layer.KindCase kind) {
    return Objects.requireNonNull(LayerTypes.find(layer(kind)));
  }

  private static Layer layer(Layer.KindCase kind) {
    return layer(Objects.requireNonNull(SAMPLES.get(kind), "add a sample of " + kind));
  }

  private static Layer layer(String sample) {
    Layer.Builder layer = Layer.newBuilder();
    try {
      TextFormat.merge("name: \"x\" " + sample, layer);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(sample, e);
    }
    LayerTypes.fillDefaults(layer);
    return layer.build();
  }

  private static List<Integer> in(Layer.KindCase kind) {
    return kind == Layer.KindCase.LINEAR ? VECTOR : MAP;
  }

  /** Of a batch. */
  private static Shape shape(List<Integer> row) {
    return new Shape(
        LongStream.concat(LongStream.of(EXAMPLES), row.stream().mapToLong(Integer::longValue))
            .toArray());
  }

  private NDArray noise(Shape shape) {
    ByteBuffer values = Lane.allocate((int) shape.size() * Float.BYTES);
    Random random = new Random(1);
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return lane.create(values.flip(), shape);
  }

  /** All arrays are of ones. */
  private record Ones(Lane lane, List<Tensor> tensors) implements Step.Arithmetic {
    private NDArray ones(long... sizes) {
      return lane.manager().ones(new Shape(sizes));
    }

    @Override
    public NDArray convolve(NDArray x, Convolution c) {
      Extent kernel = c.window().kernel();
      NDArray weight = ones(c.out(), c.in() / c.groups(), kernel.height(), kernel.width());
      return Functional.conv2d(x, weight, ones(c.out()), c.window(), c.groups());
    }

    @Override
    public NDArray normalize(NDArray x, BatchNormalization n) {
      NDArray ones = ones(n.channels());
      return Functional.batchNorm(x, new BatchNorm(ones, ones, ones, ones));
    }

    @Override
    public NDArray linear(NDArray x, Linear linear) {
      return Functional.linear(x, ones(linear.out(), linear.in()), ones(linear.out()));
    }

    @Override
    public NDArray array(String name) {
      Tensor tensor =
          tensors.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
      return ones(tensor.shape().stream().mapToLong(Integer::longValue).toArray());
    }
  }
}
