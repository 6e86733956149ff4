package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.network.foreign.Complaint;
import io.stitchflow.network.foreign.ForeignArrays;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignWeightsTest {
  private static final Architecture NETWORK =
      Architecture.parse("ResNet(1,1,1,1)", 2, ClassificationTask.CIFAR10);

  @TempDir Path directory;
  private final List<NamedTensor> own = new ArrayList<>();

  @BeforeEach
  void makeNetwork() throws IOException {
    try (Lane lane = Lane.open();
        Weights weights = Weights.random(lane, NETWORK, 1)) {
      weights.save(directory.resolve("own"));
    }
    var file = Safetensors.read(directory.resolve("own"));
    for (String name : file.names()) {
      own.add(file.get(name));
    }
  }

  @Test
  void read_namesMappedWholeAndByTheirBeginning_givesTheNetworksFile() throws IOException {
    List<NamedTensor> foreign = new ArrayList<>();
    for (NamedTensor tensor : own) {
      String name = tensor.name().replace("layer1.0.", "blocks.first.");
      foreign.add(renamed(tensor, name.equals("fc.bias") ? "offsets" : "module." + name));
    }
    foreign.add(new NamedTensor("module.bn1.num_batches_tracked", Dtype.I64, List.of(), bytes(8)));
    foreign.add(new NamedTensor("ema.decay", Dtype.F64, List.of(), bytes(8)));
    foreign.add(new NamedTensor("ema.started", Dtype.BOOL, List.of(), bytes(1)));
    foreign.add(new NamedTensor("ema.steps", Dtype.I32, List.of(2), bytes(8)));
    foreign.add(new NamedTensor("ema.small", Dtype.F8_E4M3, List.of(3), bytes(3)));
    ForeignArrays file = write(foreign);
    List<NameMap> names =
        List.of(
            map("module.blocks.first.", "layer1.0."),
            map("module.", ""),
            map("offsets", "fc.bias"),
            NameMap.newBuilder().setFrom("ema.").build());
    assertThat(ForeignWeights.complaints(file, NETWORK, names)).isEmpty();
    Path imported = directory.resolve("imported");
    Safetensors.write(
        imported, ForeignWeights.read(file, NETWORK, names).tensors(), Weights.metadata(NETWORK));
    assertThat(Digest.of(imported)).isEqualTo(Digest.of(directory.resolve("own")));
  }

  @ParameterizedTest
  @CsvSource({"ResNet18, 2, 2, 2, 2", "ResNet34, 3, 4, 6, 3"})
  void complaints_resNetOfTorchvisionOrTimmWithA3x3Stem_fitsWithoutNameMap(
      String name, int first, int second, int third, int fourth) throws IOException {
    List<NamedTensor> foreign = torchvision(3, 10, first, second, third, fourth);
    Architecture network = Architecture.parse(name, 64, ClassificationTask.CIFAR10);
    assertThat(ForeignWeights.complaints(write(foreign), network, List.of())).isEmpty();
  }

  @Test
  void complaints_resNetOfTorchvisionForImageNet_sayThatItsStemIsAnother() throws IOException {
    List<NamedTensor> foreign = torchvision(7, 1000, 2, 2, 2, 2);
    Architecture network = Architecture.parse("ResNet18", 64, ClassificationTask.CIFAR10);
    assertThat(ForeignWeights.complaints(write(foreign), network, List.of()))
        .containsExactly(
            new Complaint(
                "file",
                "has 3 arrays of the wrong shape: 'conv1.weight' must be [64, 3, 3, 3], but is [64,"
                    + " 3, 7, 7], 'fc.weight' must be [10, 512], but is [1000, 512], 'fc.bias' must"
                    + " be [10], but is [1000]; the file is of an ImageNet network with a 7x7 stem,"
                    + " but the stem here is 3x3: choose a file of a CIFAR network, or describe the"
                    + " file's network by `layer`"));
  }

  /** The state_dict of torchvision's and timm's ResNet of BasicBlocks, of F16 zeros. */
  private static List<NamedTensor> torchvision(int kernel, int classes, int... blocks) {
    List<NamedTensor> arrays = new ArrayList<>();
    arrays.add(zeros("conv1.weight", 64, 3, kernel, kernel));
    addNorm(arrays, "bn1", 64);
    int in = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      int out = 64 << stage;
      for (int i = 0; i < blocks[stage]; i++) {
        String block = "layer" + (stage + 1) + "." + i;
        arrays.add(zeros(block + ".conv1.weight", out, in, 3, 3));
        addNorm(arrays, block + ".bn1", out);
        arrays.add(zeros(block + ".conv2.weight", out, out, 3, 3));
        addNorm(arrays, block + ".bn2", out);
        if (in != out) {
          arrays.add(zeros(block + ".downsample.0.weight", out, in, 1, 1));
          addNorm(arrays, block + ".downsample.1", out);
        }
        in = out;
      }
    }
    arrays.add(zeros("fc.weight", classes, in));
    arrays.add(zeros("fc.bias", classes));
    return arrays;
  }

  private static void addNorm(List<NamedTensor> arrays, String name, int channels) {
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      arrays.add(zeros(name + "." + part, channels));
    }
    arrays.add(new NamedTensor(name + ".num_batches_tracked", Dtype.I64, List.of(), bytes(8)));
  }

  private static NamedTensor zeros(String name, Integer... shape) {
    int elements = List.of(shape).stream().reduce(1, Math::multiplyExact);
    return new NamedTensor(name, Dtype.F16, List.of(shape), bytes(2 * elements));
  }

  @Test
  void read_arraysThatAreNotTheNetworks_areAllNamedWithTheirShapes() throws IOException {
    List<NamedTensor> foreign = new ArrayList<>(own);
    foreign.removeIf(tensor -> tensor.name().equals("fc.bias"));
    foreign.removeIf(tensor -> tensor.name().equals("conv1.weight"));
    foreign.removeIf(tensor -> tensor.name().equals("bn1.bias"));
    foreign.add(new NamedTensor("conv1.weight", Dtype.F32, List.of(1, 3, 3, 3), bytes(108)));
    foreign.add(new NamedTensor("bn1.bias", Dtype.F64, List.of(2), bytes(16)));
    foreign.add(new NamedTensor("aux.mask", Dtype.BOOL, List.of(5), bytes(5)));
    foreign.add(new NamedTensor("aux.weight", Dtype.F32, List.of(5), bytes(20)));
    foreign.add(new NamedTensor("twice", Dtype.F32, List.of(2), bytes(8)));
    ForeignArrays file = write(foreign);
    List<NameMap> names = List.of(map("twice", "bn1.weight"), map("model.", ""));
    List<Complaint> expected =
        List.of(
            new Complaint(
                "file",
                "lacks 1 of 62 arrays of ResNet(1,1,1,1)/2: 'fc.bias' [10]; translate the file's"
                    + " names by name_map, or choose another file or network"),
            new Complaint(
                "file",
                "has 2 arrays that ResNet(1,1,1,1)/2 lacks: 'aux.mask' [5], 'aux.weight' [5];"
                    + " translate their names by name_map, or leave them out by a name_map without"
                    + " `to`"),
            new Complaint(
                "file",
                "has two names for 1 array: 'bn1.weight' and 'twice' are both 'bn1.weight'; leave one"
                    + " of the two out by a name_map without `to`"),
            new Complaint(
                "name_map[1].from",
                "no name in the file is left for name_map from 'model.'; correct it, or drop this"
                    + " name_map"),
            new Complaint(
                "file",
                "has 1 array of the wrong shape: 'conv1.weight' must be [2, 3, 3, 3], but is"
                    + " [1, 3, 3, 3]; choose another file, or describe the network that the file is"
                    + " of"),
            new Complaint(
                "file",
                "has 1 array of the wrong type: 'bn1.bias' is F64; write F32, F16 or BF16"));
    assertThat(ForeignWeights.complaints(file, NETWORK, names)).containsExactlyElementsOf(expected);
    assertThatThrownBy(() -> ForeignWeights.read(file, NETWORK, names))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            expected.stream()
                .map(each -> "weights." + each.field() + ": " + each.text())
                .collect(Collectors.joining(". ")));
  }

  @Test
  void read_halves_areFloatsAfterwards() throws IOException {
    ForeignArrays file = write(own.stream().map(ForeignWeightsTest::upperHalf).toList());
    List<NamedTensor> read = ForeignWeights.read(file, NETWORK, List.of()).tensors();
    for (NamedTensor tensor : own) {
      NamedTensor half =
          read.stream().filter(each -> each.name().equals(tensor.name())).findFirst().orElseThrow();
      ByteBuffer exact = tensor.data();
      ByteBuffer rounded = half.data();
      while (exact.hasRemaining()) {
        assertThat(rounded.getInt()).isEqualTo(exact.getInt() & 0xffff0000);
      }
    }
  }

  @Test
  void read_numberThatIsNotFinite_isRefusedWithArrayCountAndIndex() throws IOException {
    for (float number : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertRefused(
          with("fc.bias", 10, 2, number),
          "has values that are not finite in 1 array: 'fc.bias' (1 of 10, the first "
              + number
              + " at index 2); choose");
    }
  }

  @Test
  void read_halvesThatAreNotFinite_areRefusedUnderTheirNameInTheFile() throws IOException {
    own.removeIf(tensor -> tensor.name().equals("fc.bias"));
    ByteBuffer halves = bytes(20).putShort(8, (short) 0x7c00).putShort(12, (short) 0x7e00);
    own.add(new NamedTensor("head.bias", Dtype.F16, List.of(10), halves));
    ForeignArrays file = write(own);
    List<NameMap> names = List.of(map("head.", "fc."));
    assertThatThrownBy(() -> ForeignWeights.read(file, NETWORK, names))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "'head.bias' (here 'fc.bias') (2 of 10, the first Infinity at index 4)");
  }

  @Test
  void read_manyArraysWithNumbersThatAreNotFinite_namesFiveAndCountsTheRest() throws IOException {
    own.replaceAll(
        tensor ->
            tensor.name().endsWith(".bias")
                ? new NamedTensor(
                    tensor.name(),
                    Dtype.F32,
                    tensor.shape(),
                    bytes(4 * tensor.shape().get(0)).putFloat(4, Float.NaN))
                : tensor);
    assertRefused(
        own,
        "weights.file: has values that are not finite in 13 arrays: 'bn1.bias' (1 of 2, the first"
            + " NaN at index 1), 'layer1.0.bn1.bias' (1 of 2, the first NaN at index 1),"
            + " 'layer1.0.bn2.bias' (1 of 2, the first NaN at index 1), 'layer2.0.bn1.bias' (1 of 4,"
            + " the first NaN at index 1), 'layer2.0.bn2.bias' (1 of 4, the first NaN at index 1)"
            + " and 8 more; choose");
  }

  @Test
  void read_negativeRunningVariance_isRefusedWithArrayCountAndIndex() throws IOException {
    assertRefused(
        with("layer2.0.bn1.running_var", 4, 3, -0.25f),
        "has variances below 0 in 1 array: 'layer2.0.bn1.running_var' (1 of 4, the first -0.25 at"
            + " index 3); choose");
  }

  @Test
  void read_infiniteNegativeRunningVariance_isRefusedOnce() throws IOException {
    assertRefused(
        with("bn1.running_var", 2, 1, Float.NEGATIVE_INFINITY),
        "weights.file: has values that are not finite in 1 array: 'bn1.running_var' (1 of 2, the"
            + " first -Infinity at index 1); choose");
  }

  @Test
  void read_negativeNumbersOfOtherArraysAndZeroVariances_areAccepted() throws IOException {
    own.replaceAll(
        tensor ->
            tensor.name().endsWith("running_var")
                ? new NamedTensor(
                    tensor.name(), Dtype.F32, tensor.shape(), bytes(4 * tensor.shape().get(0)))
                : tensor);
    ForeignArrays file = write(with("bn1.running_mean", 2, 0, -1));
    assertThat(ForeignWeights.read(file, NETWORK, List.of()).tensors()).hasSize(own.size());
  }

  /** The arrays of the network, one of them zeros but for one number. */
  private List<NamedTensor> with(String name, int size, int index, float number) {
    return own.stream()
        .map(
            tensor ->
                tensor.name().equals(name)
                    ? new NamedTensor(
                        name, Dtype.F32, List.of(size), bytes(4 * size).putFloat(4 * index, number))
                    : tensor)
        .toList();
  }

  private void assertRefused(List<NamedTensor> arrays, String message) throws IOException {
    ForeignArrays file = write(arrays);
    assertThatThrownBy(() -> ForeignWeights.read(file, NETWORK, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageEndingWith("; choose a file of a network whose training did not diverge");
  }

  private static NamedTensor upperHalf(NamedTensor tensor) {
    ByteBuffer halves = bytes(tensor.data().remaining() / 2);
    ByteBuffer floats = tensor.data();
    while (floats.hasRemaining()) {
      halves.putShort((short) (floats.getInt() >>> 16));
    }
    return new NamedTensor(tensor.name(), Dtype.BF16, tensor.shape(), halves.flip());
  }

  private ForeignArrays write(List<NamedTensor> tensors) throws IOException {
    Path file = directory.resolve("foreign");
    Safetensors.write(file, tensors, new TreeMap<>());
    return ForeignArrays.open(file);
  }

  private static NamedTensor renamed(NamedTensor tensor, String name) {
    return new NamedTensor(name, tensor.dtype(), tensor.shape(), tensor.data());
  }

  private static NameMap map(String from, String to) {
    return NameMap.newBuilder().setFrom(from).setTo(to).build();
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }
}
