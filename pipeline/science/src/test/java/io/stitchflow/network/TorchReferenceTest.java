package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.Checkpoint;
import io.stitchflow.network.layer.Tensor;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Described networks against numbers that PyTorch computed in float64: {@code write_networks.py}
 * beside the files writes them.
 */
class TorchReferenceTest {
  private static final int IMAGES = 8;
  private static final TrainingRecipe RECIPE =
      TrainingRecipe.newBuilder()
          .setEpochs(3)
          .setBatchSize(IMAGES)
          .setLearningRate(0.05)
          .setMomentum(0.9)
          .setWeightDecay(0.01)
          .setOptimizer(Optimizer.MOMENTUM)
          .build();

  private final Lane lane = Lane.open();
  @TempDir Path directory;

  @AfterEach
  void close() {
    lane.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"convolutions", "normalizations", "concatenations", "attention"})
  void cuts_ofImages_areThoseOfPytorch(String name) throws Exception {
    Map<String, NDArray> reference = arrays(file(name));
    List<String> seen = new ArrayList<>();
    try (LayeredNetwork network = LayeredNetwork.load(lane, file(name))) {
      NDArray logits =
          network.cuts(
              get(reference, "images"),
              (cut, representation) -> {
                assertClose(cut.layer(), representation, get(reference, "cut." + cut.layer()));
                seen.add("reference.cut." + cut.layer());
              });
      assertClose("logits", logits, get(reference, "logits"));
    }
    assertThat(reference.keySet())
        .filteredOn(each -> each.startsWith("reference.cut."))
        .containsExactlyInAnyOrderElementsOf(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"convolutions", "normalizations", "concatenations", "attention"})
  void train_threeSteps_changesArraysAsPytorchDoes(String name) throws Exception {
    Map<String, NDArray> reference = arrays(file(name));
    try (Weights before = Weights.load(lane, file(name));
        Weights weights = Weights.load(lane, file(name));
        TensorFile train = TensorFile.open(writeImages(file(name)))) {
      new NetworkTrainer(lane, weights, RECIPE, train, 1)
          .train(Checkpoint.NONE, () -> 0, progress -> {}, loss -> {});
      for (Tensor tensor : weights.architecture().tensors()) {
        NDArray after = get(reference, "trained." + tensor.name());
        float change = largest(after.sub(before.get(tensor.name())));
        assertThat(change).as(tensor.name()).isGreaterThan(1e-4f);
        assertThat(largest(weights.get(tensor.name()).sub(after)) / change)
            .as(tensor.name())
            .isLessThan(1e-3f);
      }
    }
  }

  private static void assertClose(String what, NDArray ours, NDArray theirs) {
    assertThat(ours.getShape()).as(what).isEqualTo(theirs.getShape());
    assertThat(largest(ours.sub(theirs)) / largest(theirs)).as(what).isLessThan(1e-5f);
  }

  private static float largest(NDArray x) {
    return x.abs().max().getFloat();
  }

  private Map<String, NDArray> arrays(Path file) throws IOException {
    SafetensorsFile read = Safetensors.read(file);
    Map<String, NDArray> arrays = new HashMap<>();
    for (String name : read.names()) {
      arrays.put(name, Lane.keep(lane.load(read.get(name))));
    }
    return arrays;
  }

  private static NDArray get(Map<String, NDArray> reference, String name) {
    return Objects.requireNonNull(reference.get("reference." + name), name);
  }

  /** A data set of the file's images; the label of each is its index. */
  private Path writeImages(Path file) throws IOException {
    NamedTensor images = Safetensors.read(file).get("reference.images");
    Path written = directory.resolve("images");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            written,
            "image",
            images.shape().subList(1, 4),
            List.of("C", "H", "W"),
            Element.FLOAT32,
            IMAGES,
            new TreeMap<>())) {
      writer.write(images.data(), IntStream.range(0, IMAGES).toArray());
    }
    return written;
  }

  private static Path file(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(
                TorchReferenceTest.class.getResource("torch/" + name + ".safetensors"))
            .toURI());
  }
}
