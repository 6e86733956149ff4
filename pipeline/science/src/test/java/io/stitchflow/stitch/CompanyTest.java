package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a stage gives does not depend on what runs beside it. Sender and receiver are random. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompanyTest {
  /** Every family of maps into {@link #TO}. */
  private static final List<String> FROM = List.of("stem", "layer2.0", "layer3.0", "layer4.0");

  private static final String TO = "layer2.0";

  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Cells cells = new Cells(bench, Subject.NONE, Subject.NONE);

  @FunctionalInterface
  private interface Stages {
    Bench.Run from(String cut) throws IOException;
  }

  @BeforeAll
  void makeNetworks() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    cells = new Cells(bench, Subject.of(bench, dataset, 0, 1), Subject.of(bench, dataset, 0, 2));
  }

  @Test
  void vanilla_columnTogether_hasTheBytesOfEachAlone() throws IOException {
    assertSameAlone(FitVanillaStitchExecutor::new, from -> cells.vanilla(from, TO), "stitch");
  }

  @Test
  void vanilla_trained_hasALossPerEpochThatFalls() throws IOException {
    Path outputs = bench.execute(new FitVanillaStitchExecutor(), cells.vanilla("layer1.0", TO));
    TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(outputs.resolve("training")));
    assertThat(curve.getLossList()).hasSize(2);
    assertThat(curve.getLoss(1)).isLessThan(curve.getLoss(0));
  }

  @Test
  void vanilla_fromTheCopy_startsThere() throws IOException {
    Path start = cells.copy("layer3.0", TO);
    Path learned =
        bench.execute(new FitVanillaStitchExecutor(), cells.vanilla("layer3.0", TO, start));
    Path random = bench.execute(new FitVanillaStitchExecutor(), cells.vanilla("layer3.0", TO));
    // From the copy, a few small steps; from elsewhere, far
    assertThat(distance(learned.resolve("stitch"), start))
        .isLessThan(distance(random.resolve("stitch"), start));
  }

  @Test
  void vanilla_oneOfAColumnDiverges_failsAloneAndLeavesOthersTheirBytes() throws IOException {
    Path start = cells.copy("layer3.0", TO);
    Path tooLarge = directory.resolve("too large");
    Stitch stitch =
        Stitch.between(
            new CutPoint("layer2.0", Cells.shape(cells.sender().train("layer2.0"))),
            new CutPoint(TO, Cells.shape(cells.receiver().train(TO))));
    FrozenStitch.save(
        tooLarge,
        stitch,
        List.of(
            largest("weight", stitch.weightShape()),
            largest("bias", List.of(stitch.to().channels()))));
    List<Path> together =
        bench.executeAll(
            new FitVanillaStitchExecutor(),
            List.of(cells.vanilla("layer2.0", TO, tooLarge), cells.vanilla("layer3.0", TO, start)));
    Path alone =
        bench.execute(new FitVanillaStitchExecutor(), cells.vanilla("layer3.0", TO, start));
    assertThat(together.get(0).resolve("failure"))
        .content()
        .contains("from 'layer2.0' to 'layer2.0' diverged in epoch 1 of 2")
        .contains("its mean loss is", "at learning_rate 0.01; choose a lower learning_rate");
    assertThat(together.get(0).resolve("stitch")).doesNotExist();
    assertThat(Digest.of(together.get(1).resolve("stitch")))
        .isEqualTo(Digest.of(alone.resolve("stitch")));
  }

  @Test
  void copyBySgd_columnTogether_hasTheBytesOfEachAlone() throws IOException {
    assertSameAlone(FitCopyStitchExecutor::new, from -> cells.copyBySgd(from, TO), "stitch");
  }

  @Test
  void cross_columnTogether_hasTheBytesOfEachAlone() throws IOException {
    assertSameAlone(CollectCrossMomentsExecutor::new, from -> cells.cross(from, TO), "moments");
  }

  @Test
  void gram_windowsTogether_haveTheBytesOfEachAlone() throws IOException {
    List<Path> together =
        bench.executeAll(
            new CollectGramExecutor(),
            List.of(cells.gram("stem", List.of(1, 1)), cells.gram("stem", List.of(4, 4))));
    Path alone = bench.execute(new CollectGramExecutor(), cells.gram("stem", List.of(4, 4)));
    assertThat(Digest.of(alone.resolve("moments")))
        .isEqualTo(Digest.of(together.get(1).resolve("moments")));
  }

  @Test
  void comparison_columnTogether_hasTheBytesOfEachAlone() throws IOException {
    assertSameAlone(
        CompareStitchesExecutor::new,
        from -> {
          Path copy = cells.copy(from, TO);
          Path vanilla =
              bench
                  .execute(new FitVanillaStitchExecutor(), cells.vanilla(from, TO))
                  .resolve("stitch");
          return cells.comparison(from, TO, vanilla, copy);
        },
        "comparison");
  }

  @Test
  void representation_cutsTogether_haveTheBytesOfEachAlone() throws IOException {
    for (ElementType dtype : List.of(ElementType.FLOAT32, ElementType.FLOAT16)) {
      assertSameAlone(
          CollectRepresentationExecutor::new,
          cut ->
              Subject.representation(
                  bench, cells.sender().network(), dataset.resolve("test"), cut, 0, dtype),
          "representation");
    }
  }

  @Test
  void group_ofDifferentReceiversOrRecipes_isRefused() throws IOException {
    Cells back = new Cells(bench, /* sender= */ cells.receiver(), /* receiver= */ cells.sender());
    List<Bench.Run> receivers = List.of(cells.vanilla("stem", TO), back.vanilla("stem", TO));
    assertThatThrownBy(() -> bench.executeAll(new FitVanillaStitchExecutor(), receivers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have one receiver");
    List<Bench.Run> cuts = List.of(cells.copyBySgd("stem", TO), cells.copyBySgd("stem", "stem"));
    assertThatThrownBy(() -> bench.executeAll(new FitCopyStitchExecutor(), cuts))
        .hasMessageContaining("must have one");
  }

  private interface Executors {
    StageExecutor make();
  }

  private void assertSameAlone(Executors executors, Stages stages, String output)
      throws IOException {
    List<Bench.Run> runs = new ArrayList<>();
    for (String from : FROM) {
      runs.add(stages.from(from));
    }
    List<Path> together = bench.executeAll(executors.make(), runs);
    for (int i = 0; i < FROM.size(); i++) {
      Path alone = bench.execute(executors.make(), stages.from(FROM.get(i)));
      assertThat(Digest.of(alone.resolve(output)))
          .as(FROM.get(i))
          .isEqualTo(Digest.of(together.get(i).resolve(output)));
    }
    assertThat(Digest.of(together.get(0).resolve(output)))
        .as("what tells stages apart")
        .isNotEqualTo(Digest.of(together.get(1).resolve(output)));
  }

  private static NamedTensor largest(String name, List<Integer> shape) {
    int count = shape.stream().reduce(1, Math::multiplyExact);
    ByteBuffer data = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      data.putFloat(Float.MAX_VALUE);
    }
    return new NamedTensor(name, Dtype.F32, shape, data.flip());
  }

  private static double distance(Path a, Path b) throws IOException {
    double[] x = GatesTest.matrix(a).data;
    double[] y = GatesTest.matrix(b).data;
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (x[i] - y[i]) * (x[i] - y[i]);
    }
    return sum;
  }
}
