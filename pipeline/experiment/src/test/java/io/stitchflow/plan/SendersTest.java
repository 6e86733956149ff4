package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.ImportRepresentation;
import io.stitchflow.v1.MakeRepresentation;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of senders without a network. */
class SendersTest {
  private static final String NETWORKS =
      """
      name: "senders"
      dataset { synthetic { train_examples: 100 test_examples: 50 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 seed: 1 }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 4 seed: 2 }
      representation { examples: 80 dtype: FLOAT16 }
      """;

  private static final String SENDER =
      """
      network {
        name: "s"
        seed: 7
        representations {
          cut { name: "pixels" pixels {} }
          cut { name: "images" class_means {} }
          cut { name: "means" class_means { of: "a/layer2.0" sigma: 0.5 } }
          cut { name: "noise" noise { shape: [8, 16, 16] } }
          cut { name: "labels" labels {} }
          cut { name: "shuffled" shuffled { of: "a/layer3.0" } }
        }
      }
      """;

  @TempDir Path directory;

  /** With these cuts alone. */
  private static String sender(String... cuts) {
    return SENDER.replace("seed: 7", "seed: 7 cut: [\"" + String.join("\", \"", cuts) + "\"]");
  }

  @Test
  void plan_cutsOfTheExperiment_leaveASenderWithoutNetworkWhole() throws Exception {
    List<Stage> stages =
        plan(NETWORKS
                + SENDER
                + "pair { sender: \"s\" receiver: \"b\" } cut: \"stem\""
                + "condition: TRAINED_TRAINED")
            .getStageList();
    assertThat(stages.stream().map(Stage::getId).filter(id -> id.startsWith("compare s/")))
        .hasSize(6)
        .allMatch(id -> id.contains(" -> b/stem "));
  }

  @Test
  void plan_eachBaseline_holdsWhatChangesItAndNothingElse() throws Exception {
    List<Stage> stages = plan(NETWORKS + SENDER).getStageList();

    Stage pixels = represent(stages, "pixels", "train");
    assertThat(pixels.getAction().getMakeRepresentation())
        .isEqualTo(made(pixels).setExamples(80).build());
    assertThat(pixels.getDependencyList())
        .containsExactly(PlanBuilder.dependency("dataset", DatasetSource.STAGE, "train"));
    assertThat(represent(stages, "labels", "test").getAction().getMakeRepresentation())
        .isEqualTo(made(represent(stages, "labels", "test")).build());

    MakeRepresentation noise =
        represent(stages, "noise", "test").getAction().getMakeRepresentation();
    assertThat(noise.getSource().getNoise().getShapeList()).containsExactly(8, 16, 16);
    assertThat(noise.getSource().getName()).isEmpty();
    assertThat(noise.getSeed()).isEqualTo(7);
    assertThat(noise.getSplit()).isEqualTo("test");
    assertThat(noise.getExamples()).isZero();

    Stage means = represent(stages, "means", "test");
    assertThat(means.getAction().getMakeRepresentation().getSource().getClassMeans().getOf())
        .isEmpty();
    assertThat(means.getAction().getMakeRepresentation().getSource().getClassMeans().getSigma())
        .isEqualTo(0.5);
    assertThat(means.getDependencyList())
        .containsExactly(
            PlanBuilder.dependency("of", "represent a/layer2.0 train", "representation"),
            PlanBuilder.dependency("dataset", DatasetSource.STAGE, "test"));
    assertThat(represent(stages, "images", "test").getDependencyList())
        .containsExactly(
            PlanBuilder.dependency("of", DatasetSource.STAGE, "train"),
            PlanBuilder.dependency("dataset", DatasetSource.STAGE, "test"));
    assertThat(represent(stages, "shuffled", "test").getDependencyList())
        .contains(PlanBuilder.dependency("of", "represent a/layer3.0 test", "representation"));
  }

  @Test
  void plan_otherNamesOfTheSender_haveTheSameActions() throws Exception {
    String renamed = SENDER.replace("\"s\"", "\"t\"").replace("\"noise\"", "\"n\"");
    List<Stage> stages = plan(NETWORKS + SENDER).getStageList();
    List<Stage> others = plan(NETWORKS + renamed).getStageList();
    assertThat(stage(others, "represent t/n train").getAction())
        .isEqualTo(represent(stages, "noise", "train").getAction());
  }

  @Test
  void plan_cutThatNoPairUses_isMadeForTheSplitsThatNeedIt() throws Exception {
    List<Stage> stages =
        plan(NETWORKS + sender("means") + "pair { sender: \"s\" receiver: \"b\" } cut: \"stem\"")
            .getStageList();
    assertThat(stages.stream().map(Stage::getId).filter(id -> id.startsWith("represent a/")))
        .containsExactly("represent a/layer2.0 train");
    assertThat(stages).extracting(Stage::getId).contains("train a", "represent s/means test");
  }

  @Test
  void plan_defaultPairsAndConditions_neverReceiveAndHaveNoRandomControl() throws Exception {
    Plan plan = plan(NETWORKS + sender("noise") + "cut: \"stem\"");
    List<ReportCell> cells =
        stage(plan.getStageList(), "report").getAction().getWriteReport().getCellList();
    assertThat(cells).noneMatch(cell -> cell.getReceiver().equals("s"));
    assertThat(cells.stream().filter(cell -> cell.getSender().equals("s")))
        .extracting(cell -> cell.getCondition() + " " + cell.getReceiver())
        .containsExactly(
            Condition.TRAINED_TRAINED + " a",
            Condition.TRAINED_TRAINED + " b",
            Condition.TRAINED_RANDOM + " a",
            Condition.TRAINED_RANDOM + " b");
    assertThat(cells.stream().filter(cell -> cell.getSender().equals("a")))
        .extracting(ReportCell::getCondition)
        .contains(Condition.RANDOM_TRAINED, Condition.RANDOM_RANDOM);
  }

  @Test
  void plan_comparison_readsNoPredictionsOfTheSender() throws Exception {
    List<Stage> stages = plan(NETWORKS + SENDER).getStageList();
    assertThat(stage(stages, "compare s/noise -> b/stem least squares seed 1").getDependencyList())
        .extracting(Dependency::getRole)
        .contains("sender.train", "receiver.predictions")
        .doesNotContain("sender.predictions");
  }

  @Test
  void plan_report_namesWhatIsSent() throws Exception {
    Plan plan = plan(NETWORKS + sender("noise", "labels") + "cut: \"stem\"");
    Stage report = stage(plan.getStageList(), "report");
    List<ReportNetwork> networks = report.getAction().getWriteReport().getNetworkList();
    ReportNetwork sender =
        networks.stream().filter(each -> each.getName().equals("s")).findFirst().orElseThrow();
    int i = networks.indexOf(sender);
    assertThat(sender.getWithoutNetwork()).isTrue();
    assertThat(sender.getWidth()).isZero();
    assertThat(sender.getArchitecture())
        .isEqualTo(
            "pixels; class means of pixels, sigma 1.0; class means of a/layer2.0, sigma 0.5; noise"
                + " [8, 16, 16]; labels; shuffled a/layer3.0");
    assertThat(report.getDependencyList())
        .contains(
            PlanBuilder.dependency(
                "representation[" + i + ",0]", "represent s/noise train", "representation"),
            PlanBuilder.dependency(
                "representation[" + i + ",1]", "represent s/labels train", "representation"))
        .extracting(Dependency::getRole)
        .doesNotContain("network[" + i + "]", "training[" + i + "]");
  }

  @Test
  void plan_networksBesideASender_haveTheStagesThatTheyHaveAlone() throws Exception {
    String pairs = "pair { sender: \"a\" receiver: \"b\" } ";
    List<Stage> alone = plan(NETWORKS + pairs).getStageList();
    List<Stage> beside =
        plan(NETWORKS + SENDER + pairs + "pair { sender: \"s\" receiver: \"b\" }").getStageList();
    assertThat(beside)
        .containsAll(alone.stream().filter(stage -> !stage.getId().equals("report")).toList());
  }

  @Test
  void plan_file_followsItsContentAndNotItsPlace() throws Exception {
    Path one = file("one", 1);
    file("same", 1);
    file("two", 2);
    Stage first = imported("one");
    assertThat(first.getAction().getImportRepresentation())
        .isEqualTo(
            ImportRepresentation.newBuilder()
                .setArray("block.train")
                .setLabels("train.y")
                .setExamples(80)
                .setDtype(ElementType.FLOAT16)
                .build());
    assertThat(first.getAction().getInput(0).getDigest()).isEqualTo(Digest.of(one).bytes());
    assertThat(first.getSourceFileList()).containsExactly(one.toAbsolutePath().toString());
    assertThat(imported("same").getAction()).isEqualTo(first.getAction());
    assertThat(imported("two").getAction()).isNotEqualTo(first.getAction());
  }

  @Test
  void plan_fileWithIdentities_namesThemInTheKey() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(100 * Long.BYTES);
    Safetensors.write(
        directory.resolve("identified"),
        List.of(
            array("train", 100, 1),
            array("test", 50, 1),
            new NamedTensor("train.id", Dtype.I64, List.of(100), bytes)),
        new TreeMap<>());
    List<Stage> stages = plan(NETWORKS + files("identified")).getStageList();
    assertThat(
            Stream.of("train", "test")
                .map(split -> stage(stages, "represent s/f " + split))
                .map(stage -> stage.getAction().getImportRepresentation().getIdentities()))
        .containsExactly("train.id", "");
  }

  private Stage imported(String name) throws Exception {
    return stage(plan(NETWORKS + files(name)).getStageList(), "represent s/f train");
  }

  private static String files(String file) {
    return "network { name: \"s\" representations { cut { name: \"f\" file { train: \"%s\" test: \"%s\" array: \"block\" } } } }"
        .formatted(file, file);
  }

  /** Maps [1, 4, 4] of all images. */
  private Path file(String name, int content) throws Exception {
    Path file = directory.resolve(name);
    Safetensors.write(
        file, List.of(array("train", 100, content), array("test", 50, content)), new TreeMap<>());
    return file;
  }

  private static NamedTensor array(String split, int rows, int content) {
    ByteBuffer bytes = ByteBuffer.allocate(rows * 16 * Float.BYTES).put(0, (byte) content);
    return new NamedTensor("block." + split, Dtype.F32, List.of(rows, 1, 4, 4), bytes);
  }

  /** All but what is random. */
  private static MakeRepresentation.Builder made(Stage stage) {
    return MakeRepresentation.newBuilder()
        .setSource(stage.getAction().getMakeRepresentation().getSource().toBuilder().clearName())
        .setDtype(ElementType.FLOAT16);
  }

  private static Stage represent(List<Stage> stages, String cut, String split) {
    return stage(stages, "represent s/" + cut + " " + split);
  }

  private static Stage stage(List<Stage> stages, String id) {
    return stages.stream().filter(stage -> stage.getId().equals(id)).findFirst().orElseThrow();
  }

  private Plan plan(String text) throws Exception {
    Path file = directory.resolve("senders.textproto");
    Files.writeString(file, text);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    return Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
  }
}
