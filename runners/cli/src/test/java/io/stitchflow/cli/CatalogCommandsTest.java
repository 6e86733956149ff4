package io.stitchflow.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.progress.FinishedStages;
import io.stitchflow.cli.progress.Nondeterminism;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.run.RunFiles;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that read the store, on one that was filled by hand. */
class CatalogCommandsTest {
  private static final Action NETWORK =
      Action.newBuilder()
          .setVersion(2)
          .setTrainNetwork(
              TrainNetwork.newBuilder()
                  .addBlocks(1)
                  .setWidth(4)
                  .setSeed(3)
                  .setRecipe(TrainingRecipe.newBuilder().setEpochs(5)))
          .build();

  @TempDir Path directory;
  private Store store;
  private Digest network;
  private Digest weights;
  private Digest representation;
  private String out = "";
  private String err = "";

  @BeforeEach
  void fill() throws IOException {
    store = Store.open(directory.resolve("store"));
    weights = store.put("weights".getBytes(UTF_8));
    network = publish(NETWORK, 90, "network", "weights");
    representation =
        publish(
            Action.newBuilder()
                .addInput(Input.newBuilder().setRole("network").setDigest(weights.bytes()))
                .setCollectRepresentation(CollectRepresentation.newBuilder().setCut("stem"))
                .build(),
            1,
            "representation",
            "x".repeat(5000));
    age(network, 86_400 * 3);
  }

  @Test
  void ls_plain_hasALineARecordTheYoungestFirst() throws IOException {
    record("tiny", result("train a", network, Outcome.HIT));
    assertThat(execute("ls")).isEqualTo(ExitCode.DONE);
    assertThat(out.lines().toList())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith(representation.brief() + "  collect_representation  4.9 KiB")
                    .contains("stem of ResNet(1)/4 seed 3, ?")
                    .endsWith("[]"),
            line ->
                assertThat(line)
                    .startsWith(network.brief() + "  train_network")
                    .contains("7 B", "1 min 30 s", "3 d", "ResNet(1)/4 seed 3, 5 epochs")
                    .endsWith("[tiny]"),
            line -> assertThat(line).isEqualTo("2 records, 4.9 KiB"));
  }

  @Test
  void show_stageWithoutAResult_saysWhichStageAndWhatToDo() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("e.textproto"),
            "name: 'e' dataset { synthetic {} } network { name: 'a' architecture: 'ResNet18' }");
    assertThat(execute("show", file.toString(), "train a")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("has no result of 'train a'; run the experiment first");
    assertThat(execute("show", file.toString(), "train x")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("no stage ID contains 'train x'");
    assertThat(execute("show", network.brief(), "--set", "name=x")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("--set: requires an experiment file and a STAGE");
  }

  @Test
  void ls_filters_leaveOutWhatTheyShould() throws IOException {
    record("tiny", result("train a", network, Outcome.HIT));
    assertListed(List.of(network), "--stage", "train_network");
    assertListed(List.of(network), "--experiment", "tiny");
    assertListed(List.of(), "--experiment", "other");
    assertListed(List.of(network), "--older-than", "2d");
    assertListed(List.of(), "--older-than", "4d");
    assertListed(List.of(representation), "--larger-than", "4K");
    assertListed(List.of(representation, network), "--sort", "age");
    assertListed(List.of(representation, network), "--sort", "size");
    assertListed(List.of(network, representation), "--sort", "seconds");
  }

  @Test
  void ls_optionsThatAreWrong_areInputErrors() {
    assertThat(execute("ls", "--stage", "train")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("--stage: unknown stage 'train'; choose one of import_dataset, ");
    assertThat(execute("ls", "--older-than", "soon")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("--older-than: needs a number and s, m or min, h, d or w");
    assertThat(execute("ls", "--larger-than", "-1")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("--larger-than: needs a number of bytes");
  }

  @Test
  void text_namesWithControlCharacters_areEscapedAndInJsonToo() throws IOException {
    String hostile = "e\u001b[2J\u202e\n";
    Digest report =
        publish(
            Action.newBuilder()
                .setWriteReport(WriteReport.newBuilder().setExperiment(hostile))
                .build(),
            1,
            hostile,
            "page");
    record(hostile, result(hostile, report, Outcome.HIT));
    for (String[] command :
        new String[][] {
          {"ls"},
          {"show", report.hex()},
          {"show", Digest.of("page".getBytes(UTF_8)).hex()},
          {"lineage", report.hex()}
        }) {
      assertThat(execute(command)).isEqualTo(ExitCode.DONE);
      assertThat(out).contains("e\\u001b[2J\\u202e\\u000a").doesNotContain("\u001b", "\u202e");
    }
    assertThat(execute("ls", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("e\\u001b[2J").doesNotContain("\u001b");
    assertThat(execute("export", report.hex(), "--to", directory.resolve("to").toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(directory.resolve("to/e__2J__.bin")).hasContent("page");
  }

  @Test
  void show_record_listsInputsAndOutputs() throws IOException {
    record("tiny", result("train a", network, Outcome.HIT));
    assertThat(execute("show", network.brief())).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("key " + network.hex() + "\n")
        .contains("network ResNet(1)/4 seed 3, 5 epochs\n")
        .containsPattern("recipe.epochs +5\n")
        .containsPattern("version +2\n")
        .contains("network  " + weights.hex() + "  7 B  safetensors  present\n")
        .containsPattern("used by\n  tiny +train a\n");
    Files.delete(blob(weights));
    assertThat(execute("show", network.brief())).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("7 B  safetensors  MISSING\n");

    assertThat(execute("show", representation.brief())).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains(
            "inputs\n  network  "
                + weights.brief()
                + "  network of "
                + network.brief()
                + " network ResNet(1)/4 seed 3, 5 epochs\n")
        .contains("used by no recorded run");
    assertThat(execute("show", representation.brief(), "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("\"fields\":{\"cut\":\"stem\"")
        .contains("\"made_by\":[{\"key\":\"" + network.hex() + "\"")
        .endsWith("}\n");
  }

  @Test
  void show_blob_listsMakersAndReaders() {
    assertThat(execute("show", weights.hex())).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .isEqualTo(
            "blob "
                + weights.hex()
                + "\nsafetensors, 7 B, present\nmade by\n  "
                + network.brief()
                + " network ResNet(1)/4 seed 3, 5 epochs: output network\nread by\n  "
                + representation.brief()
                + " representation stem of ResNet(1)/4 seed 3, ?, element_type_unspecified: input network\n");
    assertThat(execute("show", weights.hex(), "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("\"bytes\":7,\"present\":true,\"format\":\"SAFETENSORS\"");
  }

  @Test
  void show_unknownKey_isAnInputError() {
    assertThat(execute("show", "0123456789")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("no record or blob of " + store.root() + " starts with '0123456789'");
    assertThat(execute("show", "../x")).isEqualTo(ExitCode.INPUT);
    assertThat(err).contains("first 6 to 64 hexadecimal digits");
  }

  @Test
  void lineage_upAndDown_areTrees() {
    assertThat(execute("lineage", representation.brief())).isEqualTo(ExitCode.DONE);
    assertThat(out.lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(representation.brief() + " representation"),
            line -> assertThat(line).startsWith("  network: " + network.brief() + " network"));
    assertThat(execute("lineage", network.brief(), "--down", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .startsWith("{\"key\":\"" + network.hex() + "\"")
        .contains("\"branch\":[{\"role\":\"network\",\"digest\":\"" + weights.hex() + "\"");
    assertThat(execute("lineage", network.brief(), "--down", "--up")).isEqualTo(ExitCode.INPUT);
  }

  @Test
  void export_fileInTheWayOrBlobDeleted_isReported() throws IOException {
    Path to = directory.resolve("to");
    assertThat(execute("export", network.brief(), "--to", to.toString())).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("wrote " + to.resolve("network.safetensors") + "\n");
    Files.writeString(to.resolve("network.safetensors"), "mine");
    assertThat(execute("export", network.brief(), "--to", to.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(err)
        .contains(to.resolve("network.safetensors") + ": exists with other content; remove it");
    Files.delete(blob(weights));
    assertThat(execute("export", network.brief(), "--to", directory.resolve("b").toString()))
        .isEqualTo(ExitCode.STORE);
    assertThat(err).contains("run again to recompute it").doesNotContain("\tat ");
    Files.writeString(directory.resolve("file"), "");
    assertThat(execute("export", network.brief(), "--to", directory.resolve("file").toString()))
        .isEqualTo(ExitCode.INPUT);
  }

  @Test
  void nondeterminism_recorded_isLoudInStatsShowAndAtTheEndOfARun() throws IOException {
    StageResult before = result("train a", network, Outcome.HIT);
    assertThat(warning(before)).isEmpty();
    assertThat(execute("stats")).isEqualTo(ExitCode.DONE);
    assertThat(out).doesNotContain("WARNING").contains("nondeterministic actions: 0");

    publish(NETWORK, 80, "network", "other");
    assertThat(execute("stats")).isEqualTo(ExitCode.DONE);
    assertThat(out).startsWith("WARNING: nondeterministic actions: 1. They gave different results");
    assertThat(execute("show", network.brief())).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("NOT DETERMINISTIC: the same action also gave\n  network  ")
        .contains(Digest.of("other".getBytes(UTF_8)).hex());
    assertThat(warning(before).lines())
        .singleElement()
        .asString()
        .contains("'train a' gave other bytes at another time")
        .contains("stitchflow show " + network.hex().substring(0, 16));
    assertThat(warning(result("represent", representation, Outcome.RAN))).isEmpty();
  }

  @Test
  void stats_sumUpTheStore() throws IOException {
    record("tiny", result("train a", network, Outcome.HIT));
    assertThat(execute("stats")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("2 blobs, 4.9 KiB; 0 of them, 0 B, of no record")
        .containsPattern("train_network +1 +1 min 30 s +7 B\n")
        .contains("recorded runs: 1; stages that they found done: 1; saved: 1 min 30 s");
    assertThat(execute("stats", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("\"seconds_saved\":90.0", "\"hits\":1", "\"nondeterministic\":0");
  }

  @Test
  void history_notWritable_isAWarning() throws IOException {
    Files.writeString(directory.resolve("store").resolve("runs"), "in the way");
    Screen screen = new Screen();
    Plan plan = Plan.newBuilder().addStage(Stage.newBuilder().setId("train a")).build();
    StageResults results =
        new StageResults(plan, Map.of("train a", result("train a", network, Outcome.HIT)));
    new FinishedStages(store, Run.newBuilder().setPlan(plan).build(), null)
        .keep(results, screen.errLines());
    assertThat(screen.err())
        .startsWith("stitchflow: warning: this run is not recorded")
        .contains("move it away");
  }

  private void assertListed(List<Digest> keys, String... options) {
    List<String> args = new ArrayList<>(List.of("ls"));
    args.addAll(List.of(options));
    assertThat(execute(args.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    List<String> listed = out.lines().map(line -> line.substring(0, 8)).toList();
    assertThat(listed.subList(0, listed.size() - 1))
        .isEqualTo(keys.stream().map(Digest::brief).toList());
  }

  private String warning(StageResult result) {
    Screen screen = new Screen();
    StageResults results =
        new StageResults(Plan.getDefaultInstance(), Map.of(result.getStage(), result));
    Nondeterminism.warn(store, results, screen.errLines());
    return screen.err();
  }

  private int execute(String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(List.of("--store", store.root().toString()));
    Screen screen = new Screen();
    int code = screen.execute(Map.of(), args.toArray(String[]::new));
    out = screen.out();
    err = screen.err();
    return code;
  }

  private Digest publish(Action action, double seconds, String output, String content)
      throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    ActionResult result =
        ActionResult.newBuilder()
            .setSeconds(seconds)
            .addOutput(
                Output.newBuilder()
                    .setName(output)
                    .setDigest(store.put(bytes).bytes())
                    .setSizeBytes(bytes.length))
            .build();
    Digest key = ActionKeys.key(action);
    var unused = new ActionCache(store).publish(key, action, result);
    return key;
  }

  private StageResult result(String stage, Digest key, Outcome outcome) {
    ActionResult result = new ActionCache(store).find(key);
    StageResult.Builder built =
        StageResult.newBuilder().setStage(stage).setKey(key.bytes()).setOutcome(outcome);
    return result == null ? built.build() : built.setResult(result).build();
  }

  private void record(String experiment, StageResult... results) throws IOException {
    Run run = Run.newBuilder().setExperiment(Experiment.newBuilder().setName(experiment)).build();
    RunFiles.keep(store, run).writeResults(List.of(results));
  }

  private void age(Digest key, long seconds) throws IOException {
    Path record = store.root().resolve("ac").resolve(key.hex().substring(0, 2)).resolve(key.hex());
    Files.setLastModifiedTime(record, FileTime.from(Instant.now().minusSeconds(seconds + 60)));
  }

  private Path blob(Digest digest) {
    return store.root().resolve("cas").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }
}
