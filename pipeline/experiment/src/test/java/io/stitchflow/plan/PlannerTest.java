package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.TextFormat;
import io.stitchflow.content.Digest;
import io.stitchflow.dataset.Cifar;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.memo.Memo;
import io.stitchflow.spec.ExperimentDefaults;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.BlobFormat;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.PackProgram;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ProgramSegment;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.SplitExamples;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
  private static final String EXPERIMENT =
      """
      name: "seeds"
      dataset { synthetic {} }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 seed: 1 }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 4 seed: 2 }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      copy { solver: [LEAST_SQUARES, SGD] }
      seed: [%s]
      """;

  private static final String IMPORTED =
      """
      name: "imported"
      dataset { synthetic {} }
      network {
        name: "a"
        seed: 2
        imported_recipe: "r"
        layer { name: "p" max_pool { kernel: 2 } }
        layer { global_avg_pool {} }
        layer { name: "fc" linear { outputs: 10 bias: false } }
        weights { file: "w" name_map { from: "w" to: "fc.weight" } }
      }
      """;

  @TempDir Path directory;

  @Test
  void plan_severalSeeds_hasTheStagesOfEachAlone() throws Exception {
    List<Stage> together = stages("1, 2");

    assertThat(together).containsAll(stages("1"));
    assertThat(together.stream().map(PlannerTest::withoutPrevious))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(stages("1").stream(), stages("2").stream()).distinct().toList());
  }

  private static Stage withoutPrevious(Stage stage) {
    List<Dependency> all =
        stage.getDependencyList().stream()
            .filter(dependency -> !dependency.getRole().equals("vanilla.previous"))
            .toList();
    return stage.toBuilder().clearDependency().addAllDependency(all).build();
  }

  @Test
  void plan_cutsOfANetwork_areThoseThatItNamesOrElseThoseOfTheExperiment() throws Exception {
    List<Stage> stages =
        stages(
            "1",
            "cut: \"stem\" network { name: \"c\" architecture: \"ResNet(1,1,1,1)\" width: 4 cut: [\"layer2.0\", \"layer4.0\"] } pair { sender: \"a\" receiver: \"c\" }");

    assertThat(stages.stream().map(Stage::getId).filter(id -> id.startsWith("compare a")))
        .contains(
            "compare a/stem -> c/layer2.0 least squares seed 1",
            "compare a/stem -> c/layer4.0 least squares seed 1")
        .noneMatch(id -> id.contains("c/stem"));
  }

  @Test
  void plan_severalSeeds_comparisonsReadTheVanillaStitchOfTheSeedBefore() throws Exception {
    List<Stage> stages = stages("1, 7, 2");
    String compared = "compare a/stem -> b/layer1.0 least squares seed ";
    String vanilla = "vanilla a/stem -> b/layer1.0 seed ";

    assertThat(roles(stage(stages, compared + "1"))).doesNotContain("vanilla.previous");
    assertThat(stage(stages, compared + "7").getDependencyList())
        .contains(PlanBuilder.dependency("vanilla.previous", vanilla + "1", "stitch"));
    assertThat(stage(stages, compared + "2").getDependencyList())
        .contains(PlanBuilder.dependency("vanilla.previous", vanilla + "7", "stitch"));
  }

  @Test
  void plan_severalSeedsAndStarts_comparisonsReadAllStartsOfTheSeedBefore() throws Exception {
    List<Stage> stages = stages("1, 7", "vanilla { initialization: [MEAN, COPY] }");
    String compared = "compare a/stem -> b/layer1.0 least squares seed ";
    String copy = "vanilla from copy a/stem -> b/layer1.0 seed 1";

    assertThat(roles(stage(stages, compared + "1")))
        .contains("training.1")
        .noneMatch(role -> role.endsWith(".previous"));
    assertThat(stage(stages, compared + "7").getDependencyList())
        .contains(
            PlanBuilder.dependency("vanilla.1.previous", copy, "stitch"),
            PlanBuilder.dependency("training.1.previous", copy, "training"));
    assertThat(roles(stage(stages, compared + "7")))
        .contains("vanilla.0.previous", "training.0.previous")
        .doesNotContain("vanilla.previous");
  }

  @Test
  void plan_severalSeeds_vanillaStitchesDifferInTheirSeedAlone() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage one = stage(stages, "vanilla a/stem -> b/layer1.0 seed 1");
    Stage two = stage(stages, "vanilla a/stem -> b/layer1.0 seed 2");

    Action.Builder reseeded = one.getAction().toBuilder();
    reseeded.getFitVanillaStitchBuilder().setSeed(2);

    assertThat(one.getAction().getFitVanillaStitch().getSeed()).isEqualTo(1);
    assertThat(two.getAction()).isEqualTo(reseeded.build());
    assertThat(two.getDependencyList()).isSameAs(one.getDependencyList());
  }

  @Test
  void plan_noFamilyNamed_hasTheOneThatFitsInEveryActionOfACell() throws Exception {
    List<Stage> stages = stages("1");
    Map<String, String> families =
        Map.of(
            "a/stem -> b/layer1.0", "pointwise",
            "a/stem -> b/layer2.0", "strided",
            "a/layer2.0 -> b/stem", "upsampled");
    families.forEach(
        (cell, family) -> {
          assertThat(
                  stage(stages, "vanilla " + cell + " seed 1")
                      .getAction()
                      .getFitVanillaStitch()
                      .getFamily())
              .isEqualTo(family);
          assertThat(
                  stage(stages, "copy by SGD " + cell + " seed 1")
                      .getAction()
                      .getFitCopyStitch()
                      .getFamily())
              .isEqualTo(family);
          assertThat(stage(stages, "copy " + cell).getAction().getSolveCopyStitch().getFamily())
              .isEqualTo(family);
          assertThat(
                  stage(stages, "cross moments " + cell)
                      .getAction()
                      .getCollectCrossMoments()
                      .getFamily())
              .isEqualTo(family);
        });
  }

  @Test
  void plan_familyNamedThatIsTheDefault_hasTheSameActions() throws Exception {
    String cuts = "cut: [\"stem\", \"layer1.0\"]";
    assertThat(stages("1", cuts + " stitch { family: \"pointwise\" }"))
        .isEqualTo(stages("1", cuts));
  }

  @Test
  void plan_objectiveThatCopies_readsTheReceiversRepresentation() throws Exception {
    Stage task = stage(stages("1"), "vanilla a/stem -> b/layer1.0 seed 1");
    Stage copy =
        stage(
            stages("1", "vanilla { objective: \"copy\" }"), "vanilla a/stem -> b/layer1.0 seed 1");

    assertThat(task.getAction().getFitVanillaStitch().getObjective()).isEqualTo("task");
    assertThat(copy.getAction().getFitVanillaStitch().getObjective()).isEqualTo("copy");
    assertThat(task.getDependencyList()).extracting(Dependency::getRole).doesNotContain("receiver");
    assertThat(copy.getDependencyList())
        .contains(
            PlanBuilder.dependency("receiver", "represent b/layer1.0 train", "representation"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soft_labels", "later", "penultimate"})
  void plan_objectiveThatComparesWithTheReceiver_hasAStitchOfItsOwn(String objective)
      throws Exception {
    Stage task = stage(stages("1"), "vanilla a/stem -> b/layer1.0 seed 1");
    Stage other =
        stage(
            stages("1", "vanilla { objective: \"" + objective + "\" }"),
            "vanilla a/stem -> b/layer1.0 seed 1");
    FitVanillaStitch action = other.getAction().getFitVanillaStitch();
    assertThat(action.toBuilder().setObjective("task").build())
        .isEqualTo(task.getAction().getFitVanillaStitch());
    assertThat(action.getObjective()).isEqualTo(objective);
    assertThat(other.getDependencyList())
        .contains(
            PlanBuilder.dependency("receiver", "represent b/layer1.0 train", "representation"));
  }

  @Test
  void plan_severalStarts_trainsThemInOneGroupWithTheActionsOfEachAlone() throws Exception {
    String label = "a/stem -> b/layer1.0 seed 1";
    List<Stage> both = stages("1", "vanilla { initialization: [MEAN, COPY] }");
    Stage mean = stage(both, "vanilla from mean " + label);
    Stage copy = stage(both, "vanilla from copy " + label);
    assertThat(mean.getGroup()).isEqualTo(copy.getGroup());
    assertThat(mean.getAction())
        .isEqualTo(
            stage(stages("1", "vanilla { initialization: MEAN }"), "vanilla " + label).getAction());
    assertThat(copy.getAction()).isEqualTo(stage(stages("1"), "vanilla " + label).getAction());
    Stage compared = stage(both, "compare a/stem -> b/layer1.0 SGD seed 1");
    assertThat(compared.getAction().getCompareStitches().getStartList())
        .containsExactly(Initialization.MEAN, Initialization.COPY);
    assertThat(compared.getDependencyList())
        .startsWith(
            PlanBuilder.dependency("vanilla.0", mean.getId(), "stitch"),
            PlanBuilder.dependency("training.0", mean.getId(), "training"),
            PlanBuilder.dependency("vanilla.1", copy.getId(), "stitch"),
            PlanBuilder.dependency("training.1", copy.getId(), "training"));
  }

  @Test
  void plan_severalObjectives_haveCellsOfTheirOwnWithTheActionsOfEachAlone() throws Exception {
    String label = "a/stem -> b/layer1.0 seed 1";
    List<Stage> both = stages("1", "vanilla { objective: [\"task\", \"later\"] }");
    Stage task = stage(both, "vanilla for task " + label);
    Stage later = stage(both, "vanilla for later " + label);
    assertThat(task.getAction()).isEqualTo(stage(stages("1"), "vanilla " + label).getAction());
    assertThat(later.getAction())
        .isEqualTo(
            stage(stages("1", "vanilla { objective: \"later\" }"), "vanilla " + label).getAction());
    assertThat(task.getGroup()).isNotEqualTo(later.getGroup());
    Stage compared = stage(both, "compare a/stem -> b/layer1.0 for later SGD seed 1");
    assertThat(compared.getDependency(0))
        .isEqualTo(PlanBuilder.dependency("vanilla", later.getId(), "stitch"));
    List<ReportCell> cells = reportOf("vanilla { objective: [\"task\", \"later\"] }").getCellList();
    List<ReportCell> ofTask = reportOf("").getCellList();
    assertThat(cells).hasSize(2 * ofTask.size());
    assertThat(cells.stream().filter(cell -> cell.getObjective().equals("task")))
        .containsExactlyElementsOf(ofTask);
    assertThat(cells.stream().filter(cell -> cell.getObjective().equals("later")))
        .hasSameSizeAs(ofTask);
  }

  @Test
  void plan_oneStart_comparisonsDoNotNameIt() throws Exception {
    Stage compared = stage(stages("1"), "compare a/stem -> b/layer1.0 SGD seed 1");
    assertThat(compared.getAction().getCompareStitches().getStartList()).isEmpty();
    assertThat(compared.getDependencyList())
        .extracting(Dependency::getRole)
        .startsWith("vanilla", "copy");
  }

  @Test
  void plan_noMetricReadsRanks_isThePlanWithoutThem() throws Exception {
    assertThat(stages("1", "rank { rank: [1, 3] recipe { epochs: 2 } }")).isEqualTo(stages("1"));
  }

  @Test
  void plan_taskRanks_addsStitchesBelowTheFullRankAndChangesComparisonsOnly() throws Exception {
    String metrics = "metric: [\"accuracy\"%s]";
    List<Stage> without = stages("1, 2", metrics.formatted(""));
    List<Stage> with =
        stages("1, 2", metrics.formatted(", \"task_ranks\"") + " rank { rank: [1, 3, 4, 40] }");
    assertThat(with)
        .containsAll(
            without.stream()
                .filter(stage -> !stage.getAction().hasCompareStitches())
                .filter(stage -> !stage.getAction().hasWriteReport())
                .toList());
    List<Stage> added =
        with.stream()
            .filter(stage -> stage.getAction().getFitVanillaStitch().getRank() > 0)
            .toList();
    assertThat(with).hasSize(without.size() + added.size());
    // 4 channels at stem and layer1.0; a strided stitch has inputs enough
    assertThat(ranks(added, "a/stem -> b/layer1.0 seed 2")).containsExactly(1, 3);
    assertThat(ranks(added, "a/layer4.0 -> b/stem seed 1")).containsExactly(1, 3);
    assertThat(ranks(added, "a/stem -> b/layer2.0 seed 1")).containsExactly(1, 3, 4);
    assertThat(ranks(added, "a/layer1.0 -> b/layer4.0 seed 1")).containsExactly(1, 3, 4);
  }

  private static List<Integer> ranks(List<Stage> stages, String cell) {
    return stages.stream()
        .filter(stage -> stage.getId().endsWith(" " + cell))
        .map(stage -> stage.getAction().getFitVanillaStitch().getRank())
        .toList();
  }

  @Test
  void plan_taskRanks_trainsThoseOfAColumnInOneGroupForEachComparison() throws Exception {
    String ranks = "metric: \"task_ranks\" rank { rank: [1, 2] recipe { epochs: 3 } }";
    List<Stage> stages = stages("1", ranks);
    String cell = " a/stem -> b/layer1.0 seed 1";
    Stage one = stage(stages, "rank 1" + cell);
    Stage two = stage(stages, "rank 2" + cell);
    assertThat(one.getGroup())
        .isEqualTo(two.getGroup())
        .isEqualTo(stage(stages, "rank 1 a/layer2.0 -> b/layer1.0 seed 1").getGroup())
        .isNotEqualTo(stage(stages, "vanilla" + cell).getGroup());
    FitVanillaStitch parameters = one.getAction().getFitVanillaStitch();
    assertThat(parameters.getRecipe().getEpochs()).isEqualTo(3);
    assertThat(parameters.getRecipe().getWhiten()).isTrue();
    assertThat(parameters.getInitialization()).isEqualTo(Initialization.COPY);
    assertThat(one.getDependencyList())
        .contains(
            PlanBuilder.dependency("start", "copy a/stem -> b/layer1.0", "stitch"),
            PlanBuilder.dependency("cross", "cross moments a/stem -> b/layer1.0", "moments"))
        .extracting(Dependency::getRole)
        .containsExactlyInAnyOrder("sender", "network", "start", "sender.gram", "gram", "cross");
    assertThat(one.getCost()).isEqualTo(two.getCost()).isPositive();
    for (String solver : List.of("SGD", "least squares")) {
      Stage compared = stage(stages, "compare a/stem -> b/layer1.0 " + solver + " seed 1");
      assertThat(compared.getAction().getCompareStitches().getRankList()).containsExactly(1, 2);
      assertThat(compared.getDependencyList())
          .contains(
              PlanBuilder.dependency("rank.0", one.getId(), "stitch"),
              PlanBuilder.dependency("rank.1", two.getId(), "stitch"));
    }
    double costWithout =
        stage(stages("1", "metric: \"accuracy\""), "compare a/stem -> b/layer1.0 SGD seed 1")
            .getCost();
    assertThat(stage(stages, "compare a/stem -> b/layer1.0 SGD seed 1").getCost())
        .isGreaterThan(costWithout);
  }

  @Test
  void plan_taskRanks_randomReceiver_hasNone() throws Exception {
    List<Stage> stages =
        stages("1", "metric: \"task_ranks\" condition: TRAINED_RANDOM condition: RANDOM_TRAINED");
    assertThat(stages.stream().map(Stage::getId).filter(id -> id.startsWith("rank ")))
        .isNotEmpty()
        .noneMatch(id -> id.contains("-> random"));
  }

  @Test
  void plan_severalSolvers_comparisonsReadTheirOwnStitches() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage compared = stage(stages, "compare a/stem -> b/layer1.0 SGD seed 2");

    assertThat(compared.getDependency(0).getStage())
        .isEqualTo("vanilla a/stem -> b/layer1.0 seed 2");
    assertThat(compared.getDependency(1).getStage())
        .isEqualTo("copy by SGD a/stem -> b/layer1.0 seed 2");
    assertThat(
            stage(stages, "compare a/stem -> b/layer1.0 least squares seed 1")
                .getDependency(1)
                .getStage())
        .isEqualTo("copy a/stem -> b/layer1.0");
  }

  @Test
  void plan_cifar10InADirectory_hasItsFilesInTheAction() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    Action.Builder expected = Action.newBuilder().setVersion(2);
    expected.getImportDatasetBuilder().setCifar10(Cifar10Files.getDefaultInstance());
    for (Cifar.Member member : Cifar.CIFAR10.members()) {
      Files.write(files.resolve(member.file()), new byte[3073 * 64]);
      expected
          .addInputBuilder()
          .setRole(member.role())
          .setDigest(Digest.of(new byte[3073 * 64]).bytes());
    }
    Plan plan = plan("cifar10 { directory: \"files\" }");
    assertThat(importing(plan).getAction()).isEqualTo(expected.build());
    assertThat(report(plan).getNetwork(0).getClasses()).isEqualTo(10);
    assertThat(report(plan).getNetwork(0).getDataset()).isEqualTo("CIFAR-10");
  }

  @Test
  void plan_cifarToDownload_isThePlanOfTheOfficialFiles() throws Exception {
    Stage stage = importing(plan("cifar100 { }"));
    assertThat(stage.getSourceFileList())
        .containsExactly(
            directory.resolve("datasets/cifar-100-binary/train.bin").toString(),
            directory.resolve("datasets/cifar-100-binary/test.bin").toString());
    assertThat(stage.getAction().getInputList())
        .extracting(Input::getRole, input -> Digest.from(input.getDigest()))
        .containsExactly(
            tuple("train", Cifar.CIFAR100.train().get(0).official()),
            tuple("test", Cifar.CIFAR100.test().official()));
    // Where it comes from is not a part of what it is
    assertThat(importing(plan("cifar100 { url: \"http://localhost/a\" }"))).isEqualTo(stage);
    assertThat(stage.getAction().getImportDataset().hasSplit()).isFalse();
  }

  @Test
  void plan_cifar100_hasItsClassesInTheReport() throws Exception {
    assertThat(report(plan("cifar100 { }")).getNetwork(0).getClasses()).isEqualTo(100);
    WriteReport coarse = report(plan("cifar100 { coarse: true }"));
    assertThat(coarse.getNetwork(0).getClasses()).isEqualTo(20);
    assertThat(coarse.getNetwork(0).getDataset()).isEqualTo("CIFAR-100 superclasses");
  }

  @Test
  void plan_report_readsTheLabelsAndKnowsHowEverythingWasTrained() throws Exception {
    Plan plan = plan("synthetic { }", "representation { examples: 7 }");
    assertThat(stage(plan.getStageList(), "report").getDependencyList())
        .extracting(Dependency::getRole, Dependency::getStage, Dependency::getOutput)
        .contains(
            tuple("train", "import data set", "train"),
            tuple("test", "import data set", "test"),
            tuple("network[0]", "train a", "network"));
    WriteReport report = report(plan);
    assertThat(report.getVanilla().getInitializationList()).containsExactly(Initialization.COPY);
    assertThat(report.getVanilla().getRecipe().getEpochs()).isEqualTo(10);
    assertThat(report.getNetwork(0).getImported()).isFalse();
    assertThat(report.getNetwork(0).getRecipe())
        .isEqualTo(stage(plan.getStageList(), "train a").getAction().getTrainNetwork().getRecipe());
  }

  @Test
  void plan_splitByFractions_holdsTheirNumbers() throws Exception {
    Plan plan =
        plan(
            "cifar10 { } split { validation { fraction: 0.1 } train { examples: 20000 } seed: 3 }");
    assertThat(importing(plan).getAction().getImportDataset().getSplit())
        .isEqualTo(
            SplitExamples.newBuilder().setTrain(20_000).setValidation(5_000).setSeed(3).build());
    assertThat(report(plan).getNetwork(0).getDataset())
        .isEqualTo("CIFAR-10, 20000 train + 5000 validation of its 50000");
    assertThat(stage(plan.getStageList(), "train a").getExamples())
        .isEqualTo(21L * 20_000 + 10_000);
    assertThat(importing(plan("cifar10 { } split { validation { examples: 5000 } }")))
        .isEqualTo(importing(plan("cifar10 { } split { validation { fraction: 0.1 } }")));
    assertThat(importing(plan("cifar10 { } split { train { fraction: 1 } }")))
        .isEqualTo(importing(plan("cifar10 { }")));
  }

  @Test
  void plan_patience_watchesValidationWhereItIsAskedFor() throws Exception {
    List<Stage> patient =
        plan(
                "synthetic {} split { validation { fraction: 0.1 } }",
                "network { name: \"c\" architecture: \"ResNet(1,1,1,1)\" width: 4 recipe { patience: 3 } }"
                    + " pair { sender: \"c\" receiver: \"a\" } vanilla { recipe { patience: 2 } }")
            .getStageList();
    assertThat(roles(stage(patient, "train a"))).containsExactly("train", "test");
    assertThat(roles(stage(patient, "train c"))).containsExactly("train", "test", "validation");
    assertThat(roles(stage(patient, "vanilla c/stem -> a/stem seed 1")))
        .containsExactly("sender", "network", "sender.validation", "start", "sender.gram");
    assertThat(patient.stream().map(Stage::getId).filter(id -> id.endsWith(" validation")))
        .hasSize(2 * 5)
        .allMatch(id -> id.startsWith("represent a/") || id.startsWith("represent c/"));
    assertThat(stages("1").stream().map(Stage::getId)).noneMatch(id -> id.contains("validation"));
  }

  private static List<String> roles(Stage stage) {
    return stage.getDependencyList().stream().map(Dependency::getRole).toList();
  }

  @Test
  void plan_imageFolder_followsItsContentAndNotItsPlace() throws Exception {
    image("one/train/a/1.png", 1);
    image("one/train/b/1.png", 2);
    image("one/test/a/1.png", 3);
    image("two/train/a/1.png", 1);
    image("two/train/b/1.png", 2);
    image("two/test/a/1.png", 3);
    Action one = importing(plan(folder("one"))).getAction();
    assertThat(importing(plan(folder("two"))).getAction()).isEqualTo(one);
    assertThat(one.getInputList()).extracting(Input::getRole).containsExactly("train", "test");
    image("two/train/a/2.png", 4);
    assertThat(importing(plan(folder("two"))).getAction()).isNotEqualTo(one);
  }

  @Test
  void plan_imageFolderOfAnotherSize_isAnotherImportAndOfLargerMaps() throws Exception {
    image("one/train/a/1.png", 1);
    image("one/train/b/1.png", 2);
    image("one/test/a/1.png", 3);
    String sized = "image_folder { directory: \"one\" size: %d }";

    assertThat(importing(plan(sized.formatted(32)))).isEqualTo(importing(plan(folder("one"))));
    assertThat(
            importing(plan(sized.formatted(64)))
                .getAction()
                .getImportDataset()
                .getImageFolder()
                .getSize())
        .isEqualTo(64);
    assertThat(
            stage(plan(sized.formatted(64)).getStageList(), "represent a/stem train")
                .getOutputBytes())
        .isGreaterThan(
            3
                * stage(plan(folder("one")).getStageList(), "represent a/stem train")
                    .getOutputBytes());
  }

  private static String folder(String name) {
    return "image_folder { directory: \"" + name + "\" }";
  }

  private void image(String name, int content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {(byte) content});
  }

  private static Stage importing(Plan plan) {
    return stage(plan.getStageList(), "import data set");
  }

  private static WriteReport report(Plan plan) {
    return stage(plan.getStageList(), "report").getAction().getWriteReport();
  }

  private Plan plan(String dataset) throws Exception {
    return plan(dataset, "");
  }

  private Plan plan(String dataset, String more) throws Exception {
    Experiment.Builder experiment =
        TextFormat.parse(EXPERIMENT.formatted("1") + more, Experiment.class).toBuilder();
    experiment.setDataset(TextFormat.parse(dataset, Dataset.class));
    Experiment filled = ExperimentDefaults.fill(experiment.build());
    DatasetSummary summary =
        DatasetKinds.of(filled.getDataset()).summarize(filled.getDataset(), directory);
    return Planner.plan(
        new ValidExperiment(filled, directory, Map.of(filled.getDataset(), summary)),
        directory.resolve("datasets"),
        Toolchain.getDefaultInstance());
  }

  @Test
  void workload_nothingInTheStore_isTheSumWorkedByHand() throws Exception {
    Path file = directory.resolve("small.textproto");
    Files.writeString(
        file,
        """
        name: "small"
        dataset { synthetic { train_examples: 100 test_examples: 50 } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 }
        representation { examples: 80 dtype: FLOAT16 }
        condition: TRAINED_TRAINED
        cut: ["stem", "layer4.0"]
        """);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    Memo memo = new Memo(Store.open(directory.resolve("store")));

    RemainingWork workload = RemainingWork.of(PlanStatus.of(plan, memo));

    // 80 train and 50 test examples, a byte of label; 4 x 32 x 32 and 32 x 4 x 4 numbers of 2 bytes
    assertThat(workload.representationBytes())
        .isEqualTo(130 * (4 * 32 * 32 * 2 + 1) + 130 * (32 * 4 * 4 * 2 + 1));
    // Gram matrices in two parts, of the stem alone, in windows of 8 x 8, and of layer4.0, in
    // float64
    long gram = 5 * 5 + (4 * 64 + 1) * (4 * 64 + 1) + 33 * 33;
    assertThat(
            plan.getStageList().stream()
                .filter(stage -> stage.getAction().hasCollectGram())
                .mapToLong(Stage::getOutputBytes)
                .sum())
        .isEqualTo(2 * 8 * gram);
    Stage vanilla = stage(plan.getStageList(), "vanilla a/stem -> a/layer4.0 seed 1");
    assertThat(vanilla.getOutputBytes()).isEqualTo(4 * (4 * 64 + 1) * 32);
    double costs =
        plan.getStageList().stream()
            .filter(
                stage -> stage.getAction().hasToolchain() || stage.getAction().hasSolveCopyStitch())
            .mapToDouble(Stage::getCost)
            .sum();
    assertThat(workload.flops()).isCloseTo(2 * costs, within(1.));
    assertThat(workload.bytes())
        .isEqualTo(plan.getStageList().stream().mapToLong(Stage::getOutputBytes).sum());
  }

  @Test
  void fit_diskThatTakesHalf_keepsWhatIsDearestToComputeForItsBytes() throws Exception {
    ValidExperiment valid = valid("AUTO");
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    Memo memo = new Memo(Store.open(directory.resolve("store")));
    long all = RemainingWork.of(PlanStatus.of(plan, memo)).bytes();

    assertThat(RepresentationRetention.fit(plan, memo, all)).isEqualTo(plan);
    Plan half = RepresentationRetention.fit(plan, memo, all - 1);
    assertThat(fleeting(half))
        .isNotEmpty()
        .allMatch(stage -> stage.contains("/stem"))
        .isSubsetOf(fleeting(RepresentationRetention.fit(plan, memo, 0)));
    assertThat(RemainingWork.of(PlanStatus.of(half, memo)).bytes()).isLessThan(all);
    valid = valid("RECOMPUTE");
    Plan none = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    assertThat(fleeting(none)).isEqualTo(fleeting(RepresentationRetention.fit(plan, memo, 0)));
  }

  @Test
  void plan_representationsMadeAgain_costAPassToEachGroupThatReadsThem() throws Exception {
    ValidExperiment kept = valid("CACHE");
    ValidExperiment again = valid("RECOMPUTE");
    Plan cached = Planner.plan(kept.experiment(), kept.base(), Toolchain.getDefaultInstance());
    Plan none = Planner.plan(again.experiment(), again.base(), Toolchain.getDefaultInstance());
    double stem = stage(cached.getStageList(), "represent a/stem train").getCost();
    double last = stage(cached.getStageList(), "represent a/layer4.0 train").getCost();

    Map<String, Double> more = new TreeMap<>();
    for (int i = 0; i < none.getStageCount(); i++) {
      double difference = none.getStage(i).getCost() - cached.getStage(i).getCost();
      if (difference > 0) {
        more.merge(none.getStage(i).getGroup(), difference, Double::sum);
      }
    }

    assertThat(more.get("gram a/stem")).isCloseTo(stem, within(1.));
    assertThat(more.get("vanilla a -> a/stem seed 1")).isCloseTo(stem + last, within(1.));
    assertThat(more.keySet()).noneMatch(group -> group.startsWith("represent"));
  }

  private ValidExperiment valid(String policy) throws Exception {
    Path file = directory.resolve("small.textproto");
    Files.writeString(
        file,
        """
        name: "small"
        dataset { synthetic { train_examples: 100 test_examples: 50 } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 }
        representation { policy: %s }
        cut: ["stem", "layer4.0"]
        """
            .formatted(policy));
    return ExperimentFile.read(file, List.of());
  }

  private static List<String> fleeting(Plan plan) {
    return plan.getStageList().stream().filter(Stage::getFleeting).map(Stage::getId).toList();
  }

  @Test
  void plan_controls_areDrawnFromTheCellsSeed() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage one = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 1");
    Stage two = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 2");

    assertThat(one.getAction().getCompareStitches().getSeed()).isEqualTo(1);
    assertThat(two.getAction().getCompareStitches().getSeed()).isEqualTo(2);
    assertThat(one.getAction().getCompareStitches().getMetricList())
        .contains("controls")
        .doesNotContain("interpolation");
  }

  @Test
  void plan_noControls_hasNoSeedInTheComparison() throws Exception {
    List<Stage> stages = stages("2 ] metric: [ \"mse\", \"accuracy\", \"agreement\"");
    Stage compared = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 2");

    assertThat(compared.getAction().getCompareStitches().getSeed()).isZero();
  }

  @Test
  void plan_resnet_isInTheActionByItsBlocksAndWidth() throws Exception {
    Stage trained = stage(stages("1"), "train a");

    assertThat(trained.getAction().getTrainNetwork())
        .isEqualTo(
            TrainNetwork.newBuilder()
                .addAllBlocks(List.of(1, 1, 1, 1))
                .setWidth(4)
                .setRecipe(trained.getAction().getTrainNetwork().getRecipe())
                .setSeed(1)
                .build());
  }

  @Test
  void plan_importedNetwork_isTheFilesDigestAndStartsWhatEvaluatesIt() throws Exception {
    Path weights = directory.resolve("w");
    NamedTensor weight = new NamedTensor("w", Dtype.F32, List.of(10, 3), ByteBuffer.allocate(120));
    Safetensors.write(weights, List.of(weight), new TreeMap<>());
    Files.writeString(directory.resolve("e.textproto"), IMPORTED);
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    List<Stage> stages =
        Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance())
            .getStageList();

    Stage imported = stage(stages, "import a");
    assertThat(imported.getAction().getInputList())
        .containsExactly(
            Input.newBuilder().setRole("weights").setDigest(Digest.of(weights).bytes()).build());
    assertThat(imported.getSourceFileList()).containsExactly(weights.toString());
    WriteReport report = stage(stages, "report").getAction().getWriteReport();
    assertThat(report.getNetworkList())
        .extracting(
            ReportNetwork::getRandom, ReportNetwork::getImported, ReportNetwork::getImportedRecipe)
        .containsExactlyInAnyOrder(tuple(false, true, "r"), tuple(true, false, ""));
    Stage evaluated = stage(stages, "train a");
    assertThat(evaluated.getAction().getTrainNetwork().getRecipe().getEpochs()).isZero();
    assertThat(evaluated.getAction().getTrainNetwork().getSeed()).isZero();
    assertThat(evaluated.getDependencyList())
        .contains(PlanBuilder.dependency("start", "import a", "network"));
    assertThat(stages.indexOf(imported)).isLessThan(stages.indexOf(evaluated));
    assertThat(stage(stages, "random a").getAction().getTrainNetwork().getSeed()).isEqualTo(2);
  }

  @Test
  void plan_networkWithADatasetOfItsOwn_isTrainedOnItAndSendsTheExperiments() throws Exception {
    Files.writeString(
        directory.resolve("e.textproto"),
        """
        name: "tasks"
        dataset { synthetic { train_examples: 100 test_examples: 50 } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 cut: "stem" }
        network {
          name: "b"
          architecture: "ResNet(1,1,1,1)"
          width: 4
          seed: [1, 2]
          cut: "stem"
          dataset { synthetic { train_examples: 70 test_examples: 50 seed: 9 } }
        }
        """);
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    assertThat(valid.experiment().getPairList())
        .extracting(Pair::getReceiver)
        .containsExactly("a", "a", "a");
    List<Stage> stages =
        Planner.plan(valid, directory, Toolchain.getDefaultInstance()).getStageList();
    String own = "import data set of b-s1";
    assertThat(stages.stream().filter(stage -> stage.getAction().hasImportDataset()))
        .extracting(Stage::getId)
        .containsExactly("import data set", own);
    for (String network : List.of("train b-s1", "train b-s2", "random b-s1")) {
      assertThat(stage(stages, network).getDependencyList())
          .containsExactly(
              PlanBuilder.dependency("train", own, "train"),
              PlanBuilder.dependency("test", own, "test"));
    }
    assertThat(stage(stages, "represent b-s1/stem test").getDependencyList())
        .containsExactly(
            PlanBuilder.dependency("network", "train b-s1", "network"),
            PlanBuilder.dependency("dataset", "import data set", "test"));
    Stage compared = stage(stages, "compare b-s1/stem -> a/stem least squares seed 1");
    assertThat(compared.getDependencyList())
        .extracting(Dependency::getRole)
        .contains("receiver.predictions")
        .doesNotContain("sender.predictions");
    Stage report = stage(stages, "report");
    WriteReport parameters = report.getAction().getWriteReport();
    for (int i = 0; i < parameters.getNetworkCount(); i++) {
      String role = "test[" + i + "]";
      assertThat(report.getDependencyList().stream().anyMatch(on -> on.getRole().equals(role)))
          .isEqualTo(parameters.getNetwork(i).getName().startsWith("b"));
    }
  }

  @Test
  void plan_importedShards_areTheDigestsOfTheIndexAndOfAllShards() throws Exception {
    Path index = directory.resolve("w.index.json");
    Path bias = shard("w-2", "b", List.of(10));
    Path weight = shard("w-1", "w", List.of(10, 3));
    Files.writeString(index, "{\"weight_map\": {\"b\": \"w-2\", \"w\": \"w-1\"}}");
    Files.writeString(
        directory.resolve("e.textproto"),
        IMPORTED
            .replace("bias: false", "bias: true")
            .replace(
                "file: \"w\"", "file: \"w.index.json\" name_map { from: \"b\" to: \"fc.bias\" }"));
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    Stage imported =
        stage(
            Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance())
                .getStageList(),
            "import a");
    assertThat(imported.getSourceFileList())
        .containsExactly(index.toString(), weight.toString(), bias.toString());
    assertThat(imported.getAction().getInputList())
        .extracting(Input::getRole, input -> Digest.from(input.getDigest()))
        .containsExactly(
            tuple("index", Digest.of(index)),
            tuple("shard[0]", Digest.of(weight)),
            tuple("shard[1]", Digest.of(bias)));
  }

  private Path shard(String file, String name, List<Integer> shape) throws IOException {
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    Path shard = directory.resolve(file);
    Safetensors.write(
        shard,
        List.of(new NamedTensor(name, Dtype.F32, shape, ByteBuffer.allocate(4 * elements))),
        new TreeMap<>());
    return shard;
  }

  @Test
  void plan_program_keysHoldItsSegmentsAndShapesButNoFileNames() throws Exception {
    Stage packed = stage(programStages("a.pt", "b.pt", "random"), "pack p");
    assertThat(packed.getSourceFileList())
        .containsExactly(
            directory.resolve("a.pt").toString(), directory.resolve("b.pt").toString());
    assertThat(packed.getAction().getInputList())
        .extracting(Input::getRole, input -> Digest.from(input.getDigest()))
        .containsExactly(
            tuple("segment[0]", Digest.of(directory.resolve("a.pt"))),
            tuple("segment[1]", Digest.of(directory.resolve("b.pt"))));
    assertThat(packed.getAction().getPackProgram())
        .isEqualTo(
            PackProgram.newBuilder()
                .addSegment(ProgramSegment.newBuilder().setName("a").addAllShape(List.of(4, 8, 8)))
                .addSegment(ProgramSegment.newBuilder().setName("b").addShape(10))
                .addAllImageShape(List.of(3, 32, 32))
                .build());
    Files.copy(directory.resolve("a.pt"), directory.resolve("renamed.pt"));
    assertThat(stage(programStages("renamed.pt", "b.pt", "random"), "pack p").getAction())
        .isEqualTo(packed.getAction());
    Files.writeString(directory.resolve("a.pt"), "other");
    assertThat(stage(programStages("a.pt", "b.pt", "random"), "pack p").getAction())
        .isNotEqualTo(packed.getAction());
  }

  @Test
  void plan_methodsOfOneFile_haveItAsOneInput() throws Exception {
    Files.writeString(directory.resolve("net.pt"), "content");
    Stage packed =
        packed(
            """
            segment { name: "a" file: "net.pt" method: "one" shape: [4, 8, 8] }
            segment { name: "b" file: "other/../net.pt" method: "two" shape: [4, 8, 8] }
            segment { name: "c" file: "net.pt" }
            """);
    assertThat(packed.getSourceFileList()).containsExactly(directory.resolve("net.pt").toString());
    assertThat(packed.getAction().getInputList())
        .extracting(Input::getRole, input -> Digest.from(input.getDigest()))
        .containsExactly(tuple("segment[0]", Digest.of(directory.resolve("net.pt"))));
    ProgramSegment.Builder shaped = ProgramSegment.newBuilder().addAllShape(List.of(4, 8, 8));
    assertThat(packed.getAction().getPackProgram().getSegmentList())
        .containsExactly(
            shaped.clone().setName("a").setMethod("one").build(),
            shaped.clone().setName("b").setMethod("two").setFile("segment[0]").build(),
            ProgramSegment.newBuilder().setName("c").addShape(10).setFile("segment[0]").build());
  }

  /** Keys of before there were methods. */
  @Test
  void plan_oneFileWithoutMethods_isAnInputOfEachSegment() throws Exception {
    Files.writeString(directory.resolve("net.pt"), "content");
    Stage unnamed =
        packed(
            """
            segment { name: "a" file: "net.pt" shape: [4, 8, 8] }
            segment { name: "b" file: "net.pt" }
            """);
    assertThat(unnamed.getAction().getInputList())
        .extracting(Input::getRole)
        .containsExactly("segment[0]", "segment[1]");
    assertThat(unnamed.getAction().getPackProgram().getSegmentList())
        .allMatch(segment -> segment.getFile().isEmpty() && segment.getMethod().isEmpty());
    Stage forward =
        packed(
            """
            segment { name: "a" file: "net.pt" method: "forward" shape: [4, 8, 8] }
            segment { name: "b" file: "net.pt" method: "forward" }
            """);
    assertThat(forward.getAction()).isEqualTo(unnamed.getAction());
  }

  private Stage packed(String segments) throws Exception {
    Files.writeString(
        directory.resolve("e.textproto"),
        "name: \"t\" dataset { synthetic {} } condition: TRAINED_TRAINED"
            + " network { name: \"p\" program { "
            + segments
            + " } }");
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    return stage(
        Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance())
            .getStageList(),
        "pack p");
  }

  @Test
  void plan_program_isImportedInPlaceOfTraining() throws Exception {
    List<Stage> stages = programStages("a.pt", "b.pt", "random");
    assertThat(stage(stages, "train p").getAction().hasImportProgram()).isTrue();
    assertThat(stage(stages, "train p").getDependencyList())
        .containsExactly(
            PlanBuilder.dependency("program", "pack p", "program"),
            PlanBuilder.dependency("train", "import data set", "train"),
            PlanBuilder.dependency("test", "import data set", "test"));
    assertThat(stage(stages, "random p").getDependencyList())
        .contains(PlanBuilder.dependency("program", "pack random p", "program"));
    assertThat(stage(stages, "pack random p").getSourceFileList())
        .containsExactly(
            directory.resolve("random-a.pt").toString(),
            directory.resolve("random-b.pt").toString());
    assertThat(stage(stages, "represent p/a train").getDependencyList())
        .contains(PlanBuilder.dependency("network", "train p", "network"));
    assertThat(stage(stages, "report").getAction().getWriteReport().getNetworkList())
        .extracting(
            ReportNetwork::getArchitecture, ReportNetwork::getRandom, ReportNetwork::getImported)
        .containsExactlyInAnyOrder(
            tuple("program of 2 segments", false, true),
            tuple("program of 2 segments", true, true));
  }

  /** Of one network, a program of two segments with a random control; writes missing files. */
  private List<Stage> programStages(String a, String b, String random) throws Exception {
    String segments =
        "segment { name: \"a\" file: \"%s\" shape: [4, 8, 8] } segment { name: \"b\" file: \"%s\" }";
    List<String> files = List.of(a, b, random + "-a.pt", random + "-b.pt");
    for (String file : files) {
      if (Files.notExists(directory.resolve(file))) {
        Files.writeString(directory.resolve(file), "content of " + file);
      }
    }
    Files.writeString(
        directory.resolve("e.textproto"),
        "name: \"t\" dataset { synthetic {} } network { name: \"p\" program { "
            + String.format(Locale.ROOT, segments, files.get(0), files.get(1))
            + " random { "
            + String.format(Locale.ROOT, segments, files.get(2), files.get(3))
            + " } } }");
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    return Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance())
        .getStageList();
  }

  @Test
  void plan_paperSmallResnets_hasThePapersStitches() throws Exception {
    ValidExperiment paper =
        ExperimentFile.read(
            Path.of("..", "..", "proto", "examples", "paper-small-resnets.textproto"), List.of());
    assertThat(paper.experiment().getPairCount()).isEqualTo(16 * 16);
    Plan plan = Planner.plan(paper, directory.resolve("datasets"), Toolchain.getDefaultInstance());
    // 112 cuts of 16 networks, in each of 4 conditions; 100,352 stitches in all
    assertThat(plan.getStageList())
        .filteredOn(stage -> stage.getAction().hasFitVanillaStitch())
        .hasSize(4 * 112 * 112);
    assertThat(plan.getStageList())
        .filteredOn(stage -> stage.getAction().hasFitCopyStitch())
        .hasSize(4 * 112 * 112);
  }

  @Test
  void plan_paperResnet18And34_hasThePapersCells() throws Exception {
    ValidExperiment paper =
        ExperimentFile.read(
            Path.of("..", "..", "proto", "examples", "paper-resnet18-34.textproto"), List.of());
    Plan plan = Planner.plan(paper, directory.resolve("datasets"), Toolchain.getDefaultInstance());
    assertThat(plan.getStageList())
        .filteredOn(stage -> stage.getAction().hasFitVanillaStitch())
        .hasSize(4 * (9 * 9 + 2 * 9 * 17));
  }

  @Test
  void plan_extension_importsWhatItsKindSays() throws Exception {
    Stage imported =
        plan("extension { name: \"grey\" parameter { name: \"coloured\" } }").getStage(0);
    assertThat(imported.getAction().getImportDataset().getExtension().getName()).isEqualTo("grey");
    assertThat(imported.getAction().getInputCount()).isZero();
    assertThat(imported.getOutputBytes()).isEqualTo((200 + 100) * (3 * 24 * 24 + 1));
  }

  @Test
  void plan_validImageFolder_isOfTheListingThatWasChecked() throws Exception {
    Path train = directory.resolve("images/train");
    for (String name : List.of("train/a", "train/b", "test/a")) {
      Path folder = Files.createDirectories(directory.resolve("images").resolve(name));
      for (int i = 0; i < 40; i++) {
        Files.write(folder.resolve(i + ".png"), new byte[] {(byte) i});
      }
    }
    Path file = directory.resolve("folder.textproto");
    Files.writeString(
        file,
        """
        name: "folder"
        dataset { image_folder { directory: "images" } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 }
        """);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Files.write(train.resolve("a/late.png"), new byte[] {1});
    Plan plan = Planner.plan(valid, directory, Toolchain.getDefaultInstance());
    assertThat(valid.datasets().values())
        .extracting(DatasetSummary::trainExamples)
        .containsExactly(80);
    assertThat(plan.getStage(0).getOutputBytes()).isEqualTo((80 + 40) * 3073);
  }

  @Test
  void plan_everyDependency_isOnADeclaredOutputInADeclaredRole() throws Exception {
    List<Stage> stages = stages("1, 2");
    for (Stage stage : stages) {
      for (Dependency dependency : stage.getDependencyList()) {
        StageDefinition producer = StageDefinition.of(stage(stages, dependency.getStage()));
        assertThat(StageDefinition.of(stage).hasRole(dependency.getRole())).isTrue();
        assertThat(producer.format(dependency.getOutput()))
            .as(dependency.toString())
            .isNotEqualTo(BlobFormat.OTHER);
      }
    }
  }

  private static Stage stage(List<Stage> stages, String id) {
    return stages.stream().filter(stage -> stage.getId().equals(id)).findFirst().orElseThrow();
  }

  /** All but the report, which is of all seeds. */
  private List<Stage> stages(String seeds) throws Exception {
    return stages(seeds, "");
  }

  private WriteReport reportOf(String more) throws Exception {
    Path file = directory.resolve("report.textproto");
    Files.writeString(file, EXPERIMENT.formatted("1") + more);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    return report(Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance()));
  }

  private List<Stage> stages(String seeds, String more) throws Exception {
    Path file = directory.resolve("seeds.textproto");
    Files.writeString(file, EXPERIMENT.formatted(seeds) + more);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    return plan.getStageList().subList(0, plan.getStageCount() - 1);
  }
}
