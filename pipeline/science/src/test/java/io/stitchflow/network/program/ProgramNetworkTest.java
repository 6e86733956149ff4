package io.stitchflow.network.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.InputGradients;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramNetworkTest {
  @TempDir Path directory;

  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void suffix_ofItsPrefix_givesTheLogitsOfTheWholeToTheBit() throws IOException {
    try (Network network = open()) {
      NDArray images = images(lane, 5);
      float[] own = network.forward(images).toFloatArray();
      for (CutPoint cut : network.source().cuts()) {
        NDArray representation = network.prefix(images, cut);
        assertThat(representation.getShape().slice(1).getShape())
            .containsExactly(cut.shape().stream().mapToLong(Integer::longValue).toArray());
        float[] before = representation.toFloatArray();
        List<String> later = new ArrayList<>();
        assertThat(network.suffix(representation, cut).toFloatArray()).containsExactly(own);
        assertThat(
                network
                    .suffix(representation, cut, (layer, map) -> later.add(layer.layer()))
                    .toFloatArray())
            .containsExactly(own);
        assertThat(later)
            .isEqualTo(Programs.CUTS.subList(Programs.CUTS.indexOf(cut.layer()) + 1, 2));
        assertThat(representation.toFloatArray()).containsExactly(before);
      }
    }
  }

  /** The class token and 16 tokens of 8 numbers. */
  @Test
  void suffix_ofTokens_givesTheLogitsAndTheSlopeOfTheWhole() throws IOException {
    try (Network network = NetworkFile.open(lane, Programs.vit(directory))) {
      NDArray images = images(lane, 3);
      float[] own = network.forward(images).toFloatArray();
      for (CutPoint cut : network.source().cuts()) {
        assertThat(cut.shape()).containsExactly(8, 17, 1);
        NDArray x = network.prefix(images, cut);
        assertThat(x.getShape()).isEqualTo(new Shape(3, 8, 17, 1));
        assertThat(network.suffix(x, cut).toFloatArray()).containsExactly(own);
        checkSlope(network, cut, x);
      }
    }
  }

  @Test
  void penultimate_anyCut_isWhatTheLastSegmentReads() throws IOException {
    try (Network network = open()) {
      NDArray images = images(lane, 2);
      CutPoint first = network.source().cut("one");
      CutPoint last = network.source().cut("two");
      assertThat(network.penultimate(network.prefix(images, first), first).toFloatArray())
          .containsExactly(network.prefix(images, last).toFloatArray());
    }
  }

  @Test
  void forward_callAfterCall_givesTheSameBits() throws IOException {
    try (Network network = open()) {
      NDArray images = images(lane, 8);
      float[] first = network.forward(images).toFloatArray();
      for (int call = 2; call <= 100; call++) {
        Lane.scoped(
            () -> {
              NDArray logits =
                  Autograd.withGradient(() -> network.forward(images)); // as in training
              assertThat(logits.toFloatArray()).containsExactly(first);
            });
      }
      assertThat(network.forward(images).toFloatArray()).containsExactly(first);
    }
    try (Network again = open()) {
      assertThat(again.forward(images(lane, 8)).toFloatArray())
          .containsExactly(LogitsOfProgram.of(lane, Programs.small(directory)));
    }
  }

  @Test
  void forward_inAnotherProcess_givesTheSameBits() throws IOException, InterruptedException {
    Path program = Programs.small(directory);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LogitsOfProgram.class.getName(),
                program.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(printed.lines()).contains(LogitsOfProgram.line(lane, program));
  }

  @Test
  void suffix_withGradient_givesTheSlopeOfTheLogits() throws IOException {
    try (Network network = open()) {
      Digest before = network.digest();
      for (CutPoint cut : network.source().cuts()) {
        NDArray x = network.prefix(images(lane, 3), cut);
        checkSlope(network, cut, x);
      }
      assertThat(network.digest()).isEqualTo(before);
    }
  }

  private void checkSlope(Network network, CutPoint cut, NDArray x) {
    NDArray along = x.square().add(0.5f).mul(1e-3f);
    double[] slope = {0};
    try (InputGradients gradients =
        new InputGradients(
            x, input -> network.suffix(input, cut).square().sum().reshape(new Shape(1)))) {
      gradients.of(
          lane.manager().ones(new Shape(1)),
          gradient -> slope[0] = gradient.mul(along).sum().getFloat());
    }
    double up = network.suffix(x.add(along), cut).square().sum().getFloat();
    double down = network.suffix(x.sub(along), cut).square().sum().getFloat();
    double difference = (up - down) / 2;
    assertThat(Math.abs(difference)).as(cut.layer()).isGreaterThan(1e-5);
    assertThat(slope[0]).isCloseTo(difference, within(0.02 * Math.abs(difference)));
  }

  @Test
  void forward_segmentThatWritesToItsInput_leavesRepresentationsAsTheyAre() throws IOException {
    try (Network network = NetworkFile.open(lane, Programs.with(directory, "in_place"))) {
      CutPoint cut = network.source().cut("one");
      NDArray x = network.prefix(images(lane, 2), cut);
      float[] before = x.toFloatArray();
      float[] logits = network.suffix(x, cut).toFloatArray();
      assertThat(x.toFloatArray()).containsExactly(before);
      try (InputGradients gradients = new InputGradients(x, input -> network.suffix(input, cut))) {
        assertThat(gradients.output().toFloatArray()).containsExactly(logits);
        gradients.of(
            gradients.output().onesLike(),
            gradient -> assertThat(gradient.abs().sum().getFloat()).isGreaterThan(0));
      }
      assertThat(x.toFloatArray()).containsExactly(before);
    }
  }

  @Test
  void methods_ofOneFile_giveTheBitsOfOneFileEach() throws IOException {
    try (Network separate = open();
        Network methods = NetworkFile.open(lane, Programs.methods(directory))) {
      assertThat(methods.source().cuts()).isEqualTo(separate.source().cuts());
      Digest before = methods.digest();
      NDArray images = images(lane, 5);
      float[] logits = separate.forward(images).toFloatArray();
      assertThat(methods.forward(images).toFloatArray()).containsExactly(logits);
      assertThat(methods.forward(images).toFloatArray()).containsExactly(logits);
      for (CutPoint cut : separate.source().cuts()) {
        NDArray x = separate.prefix(images, cut);
        assertThat(methods.prefix(images, cut).toFloatArray()).containsExactly(x.toFloatArray());
        assertThat(methods.suffix(x, cut).toFloatArray()).containsExactly(logits);
        assertThat(gradient(methods, x, cut)).containsExactly(gradient(separate, x, cut));
        checkSlope(methods, cut, x);
      }
      assertThat(methods.digest()).isEqualTo(before);
    }
  }

  /** Of the sum of squared logits. */
  private float[] gradient(Network network, NDArray x, CutPoint cut) {
    List<float[]> found = new ArrayList<>();
    try (InputGradients gradients =
        new InputGradients(
            x, input -> network.suffix(input, cut).square().sum().reshape(new Shape(1)))) {
      gradients.of(
          lane.manager().ones(new Shape(1)), gradient -> found.add(gradient.toFloatArray()));
    }
    return found.get(0);
  }

  /** A network may apply one module several times. */
  @Test
  void forward_oneMethodInSeveralSegments_runsItInEach() throws IOException {
    Path file = Programs.file("in_place"); // halves its input
    List<Integer> shape = List.of(4, 32, 32);
    Path program =
        Programs.write(
            directory,
            List.of(
                new ProgramManifest.Segment("one", "one.pt", "one", shape),
                new ProgramManifest.Segment("half", "half.pt", "forward", shape),
                new ProgramManifest.Segment("quarter", "half.pt", "forward", shape),
                new ProgramManifest.Segment("two", "one.pt", "two", List.of(6, 16, 16)),
                new ProgramManifest.Segment("head", "one.pt", "head", List.of(10))),
            List.of(
                Programs.file("methods"),
                file,
                file,
                Programs.file("methods"),
                Programs.file("methods")));
    try (Network network = NetworkFile.open(lane, program)) {
      NDArray images = images(lane, 2);
      CutPoint one = network.source().cut("one");
      CutPoint quarter = network.source().cut("quarter");
      assertThat(network.prefix(images, quarter).toFloatArray())
          .containsExactly(network.prefix(images, one).mul(0.25f).toFloatArray());
    }
  }

  @Test
  void source_fileOfSeveralSegments_countsItOnce() throws IOException {
    try (Network network = NetworkFile.open(lane, Programs.methods(directory))) {
      long bytes = Files.size(Programs.file("methods"));
      assertThat(((ProgramSource) network.source()).segmentBytes())
          .containsExactly(bytes / 3, bytes / 3, bytes / 3);
    }
  }

  @Test
  void digest_anotherProgram_differs() throws IOException {
    try (Network small = open();
        Network other = NetworkFile.open(lane, Programs.with(directory, "in_place"))) {
      assertThat(small.digest()).isNotEqualTo(other.digest());
    }
  }

  private Network open() throws IOException {
    return NetworkFile.open(lane, Programs.small(directory));
  }

  /** Normal numbers in place of images. */
  static NDArray images(Lane lane, int examples) {
    Shape shape = new Shape(examples, 3, 32, 32);
    ByteBuffer values = Lane.allocate((int) shape.size() * Float.BYTES);
    Random random = new Random(7);
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return lane.create(values.flip(), shape);
  }
}
