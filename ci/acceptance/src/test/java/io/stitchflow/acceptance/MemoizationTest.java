package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.RepresentationPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs again, and what does not. */
class MemoizationTest {
  @TempDir Path directory;
  private Laboratory laboratory;
  private Experiment experiment;

  @BeforeEach
  void prepare() throws Exception {
    laboratory = new Laboratory(directory.resolve("store"));
    experiment = Laboratory.experiment(Laboratory.TINY);
  }

  @Test
  void run_inTwoEmptyStoresInProcessAndOnDirectRunner_givesTheSameDigests() throws Exception {
    Finished inProcess = laboratory.inProcess(experiment);
    Finished onDirect = new Laboratory(directory.resolve("other")).onDirectRunner(experiment);
    assertThat(inProcess.ran())
        .allSatisfy(result -> assertThat(result.getOutcome()).isEqualTo(Outcome.RAN));
    assertThat(onDirect.all()).hasSameSizeAs(onDirect.plan().getStageList());
    assertThat(onDirect.digests()).isEqualTo(inProcess.digests());
  }

  @Test
  void run_again_runsNothing() throws Exception {
    laboratory.inProcess(experiment);
    assertThat(laboratory.inProcess(experiment).ran()).isEmpty();
  }

  @Test
  void run_copyRecipeChanged_runsCopyStitchesComparisonsAndReport() throws Exception {
    laboratory.inProcess(experiment);
    Experiment.Builder changed = experiment.toBuilder();
    changed.getCopyBuilder().getRecipeBuilder().setLearningRate(0.02);
    assertThat(laboratory.inProcess(changed.build()).computed().keySet())
        .isEqualTo(Set.of("fit_copy_stitch", "compare_stitches", "write_report"));
  }

  @Test
  void run_ranksAdded_runsTheirStitchesComparisonsAndReport() throws Exception {
    laboratory.inProcess(experiment);
    Experiment.Builder changed = experiment.toBuilder().addMetric("task_ranks");
    changed.getRankBuilder().clearRank().addRank(1).addRank(3).getRecipeBuilder().setEpochs(1);
    Finished again = laboratory.inProcess(changed.build());
    assertThat(again.all().values()).allMatch(result -> result.getMessage().isEmpty());
    assertThat(again.computed().keySet())
        .isEqualTo(Set.of("fit_vanilla_stitch", "compare_stitches", "write_report"));
    // Rank 1 in all 8 cells; rank 3 into layer2.0, which has 4 channels, the stem 2
    assertThat(again.computed()).containsEntry("fit_vanilla_stitch", 8 + 4);
    List<String> cells = Files.readAllLines(laboratory.blob(again.output("report", "cells.csv")));
    List<String> tests = cells.stream().filter(row -> row.contains(",test,")).toList();
    assertThat(tests)
        .isNotEmpty()
        .allMatch(row -> row.contains(",rank_1=") && row.contains(";full="));
    assertThat(tests).anyMatch(row -> row.contains(";rank_3="));
  }

  @Test
  void run_toleranceChanged_stopsWhereBytesAreTheSame() throws Exception {
    laboratory.inProcess(experiment);
    Experiment.Builder changed = experiment.toBuilder();
    changed.getCopyBuilder().setTolerance(experiment.getCopy().getTolerance() * 1.0000001);
    assertThat(laboratory.inProcess(changed.build()).computed().keySet())
        .isEqualTo(Set.of("solve_copy_stitch"));
  }

  @Test
  void run_receiverSeedChanged_leavesSenderAlone() throws Exception {
    laboratory.inProcess(experiment);
    Experiment.Builder changed = experiment.toBuilder();
    changed.getNetworkBuilder(1).setSeed(0, 3);
    Finished again = laboratory.inProcess(changed.build());
    assertThat(again.computed())
        .containsEntry("train_network", 1)
        .doesNotContainKeys("import_dataset", "collect_gram");
    assertThat(again.ran())
        .noneMatch(
            result ->
                result.getOutcome() == Outcome.RAN
                    && result.getStage().matches("(train|represent|random|gram) (random )?a.*"));
  }

  @Test
  void run_anyOneBlobDeletedOrDamaged_runsAtMostTheReportAndGivesTheSame() throws Exception {
    Finished first = laboratory.inProcess(experiment);
    List<Path> blobs = laboratory.blobs();
    for (int i = 0; i < blobs.size(); i++) {
      Path blob = blobs.get(i);
      byte[] whole = Files.readAllBytes(blob);
      Files.delete(blob);
      if (i % 2 == 1) {
        byte[] damaged = whole.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(blob, damaged);
      }
      Finished again = laboratory.inProcess(experiment);
      assertThat(again.digests())
          .as("after damage to %s", blob.getFileName())
          .isEqualTo(first.digests());
      Path report = laboratory.store().open(again.output("report", "report.html"));
      assertThat(Digest.of(report)).isEqualTo(first.output("report", "report.html"));
      assertThat(again.computed().keySet())
          .as("nothing else reads %s", blob.getFileName())
          .isSubsetOf(Set.of("write_report"));
      Files.deleteIfExists(blob);
      Files.write(blob, whole);
    }
  }

  @Test
  void run_everythingCollectedButRecords_runsOnlyWhatTheReportNeeds() throws Exception {
    Finished first = laboratory.inProcess(experiment);
    for (Path blob : laboratory.blobs()) {
      Files.delete(blob);
    }
    Finished again = laboratory.inProcess(experiment);
    assertThat(again.digests()).isEqualTo(first.digests());
    assertThat(again.computed()).containsEntry("write_report", 1).containsKey("train_network");
  }

  @Test
  void run_representationDeleted_isNotMadeAgainUntilAConsumerRuns() throws Exception {
    Finished first = laboratory.inProcess(experiment);
    Digest sender = first.output("represent a/stem train", "representation");
    Files.delete(laboratory.blob(sender));
    assertThat(laboratory.inProcess(experiment).ran()).isEmpty();

    Experiment.Builder changed = experiment.toBuilder();
    changed.getVanillaBuilder().getRecipeBuilder().setLearningRate(0.02);
    Finished again = laboratory.inProcess(changed.build());
    assertThat(again.computed()).containsEntry("collect_representation", 1);
    assertThat(again.output("represent a/stem train", "representation")).isEqualTo(sender);
  }

  @Test
  void run_representationsRecomputed_givesTheSameDigestsAndKeepsNone() throws Exception {
    Finished cached = new Laboratory(directory.resolve("cached")).inProcess(experiment);
    Experiment recomputed = recomputed(experiment);
    assertThat(laboratory.onDirectRunner(recomputed).digests()).isEqualTo(cached.digests());
    assertThatNoRepresentationIsStored(cached);
    assertThat(laboratory.inProcess(experiment).ran()).as("under the other policy").isEmpty();

    Experiment.Builder changed = experiment.toBuilder();
    changed.getVanillaBuilder().getRecipeBuilder().setLearningRate(0.02);
    Finished again = laboratory.onDirectRunner(recomputed(changed.build()));
    assertThat(again.computed().keySet())
        .isEqualTo(Set.of("fit_vanilla_stitch", "compare_stitches", "write_report"));
    assertThat(again.digests())
        .isEqualTo(
            new Laboratory(directory.resolve("cached")).inProcess(changed.build()).digests());
    assertThatNoRepresentationIsStored(cached);
  }

  @Test
  void run_representationsRecomputed_leavesThoseThatOthersKeep() throws Exception {
    Finished cached = laboratory.inProcess(experiment);
    Experiment.Builder changed = experiment.toBuilder();
    changed.getVanillaBuilder().getRecipeBuilder().setLearningRate(0.02);
    laboratory.inProcess(recomputed(changed.build()));
    assertThat(cached.blobsOf("collect_representation"))
        .isNotEmpty()
        .allSatisfy(digest -> assertThat(laboratory.blob(digest)).exists());
  }

  private static Experiment recomputed(Experiment experiment) {
    Experiment.Builder changed = experiment.toBuilder();
    changed.getRepresentationBuilder().setPolicy(RepresentationPolicy.RECOMPUTE);
    return changed.build();
  }

  private void assertThatNoRepresentationIsStored(Finished finished) throws IOException {
    assertThat(finished.blobsOf("collect_representation"))
        .isNotEmpty()
        .allSatisfy(digest -> assertThat(laboratory.blob(digest)).doesNotExist());
    assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
  }

  @Test
  void run_oneNetworkFails_skipsItsDependentsAndFinishesTheRest() throws Exception {
    Path images = Files.createDirectories(directory.resolve("cifar"));
    byte[] record = new byte[3073 * 20];
    for (String name :
        List.of(
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
            "test_batch")) {
      Files.write(images.resolve(name + ".bin"), record);
    }
    record[3073 * 7] = 10;
    Files.write(images.resolve("test_batch.bin"), record);
    Experiment.Builder broken = experiment.toBuilder();
    broken.getDatasetBuilder().getCifar10Builder().setDirectory(images.toString());
    Finished finished = laboratory.inProcess(broken.build());
    assertThat(finished.result("import data set").getOutcome()).isEqualTo(Outcome.FAILED);
    assertThat(finished.result("import data set").getMessage())
        .contains("test_batch")
        .contains("10")
        .contains("7");
    Map<Outcome, Long> outcomes =
        finished.ran().stream()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    result -> result.getOutcome(), java.util.stream.Collectors.counting()));
    assertThat(outcomes)
        .containsEntry(Outcome.FAILED, 1L)
        .containsEntry(Outcome.SKIPPED, (long) finished.plan().getStageCount() - 1);
    assertThat(finished.result("report").getMessage()).isEqualTo("'import data set' failed");
    assertThat(new ArrayList<>(finished.computed().keySet())).isEmpty();
  }
}
