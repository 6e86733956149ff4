package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gc}, {@code pin}, {@code unpin} and {@code verify}. */
class StoreCommandsTest {
  private static final String TINY =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 48 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 batch_size: 16 } }
      pair { sender: "a" receiver: "a" }
      condition: [TRAINED_TRAINED]
      cut: "layer2.0"
      metric: ["accuracy", "mse", "cka", "controls"]
      vanilla { recipe { epochs: 1 batch_size: 16 } }
      copy { recipe { batch_size: 16 } }
      """;

  @TempDir Path directory;
  private Path root = Path.of("");
  private Store store;
  private Screen screen = new Screen();

  @BeforeEach
  void openStore() throws IOException {
    root = directory.resolve("store");
    store = Store.open(root);
  }

  @Test
  void pin_experiment_keepsItThroughGcUntilUnpinnedAndUndoBringsItBack() throws Exception {
    Path file = Files.writeString(directory.resolve("tiny.textproto"), TINY);
    Path out = directory.resolve("out");
    assertThat(execute("run", file.toString(), "--out", out.toString())).isEqualTo(ExitCode.DONE);

    assertThat(execute("pin", "paper", file.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).containsPattern("^paper keeps \\d+ results\n$");
    age(Duration.ofDays(40));
    assertThat(execute("gc")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("blobs: pinned").contains("took 0 B");
    assertThat(execute("plan", file.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains(" 0 RUN, 0 WAIT");

    assertThat(execute("gc", "--max-size", "0")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("larger than --max-size: what stays is pinned");
    assertThat(execute("unpin", "paper")).isEqualTo(ExitCode.DONE);
    assertThat(execute("gc", "--dry-run", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).contains("would go").contains("would free");
    assertThat(screen.out())
        .startsWith("{\"store\":\"" + root + "\",\"dry_run\":true,\"id\":\"\",\"bytes_going\":")
        .contains("\"reason\":\"unreached\"");

    assertThat(execute("gc")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("gone").contains("stitchflow gc --undo --store " + root);
    assertThat(execute("plan", file.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains(" 0 HIT, 1 RUN");
    assertThat(execute("gc", "--undo")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).containsPattern("^\\d+ files are back, ");
    assertThat(execute("plan", file.toString())).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains(" 0 RUN, 0 WAIT");
    assertThat(execute("verify")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains(" 0 damaged, 0 not damaged but incomplete");
    assertThat(execute("gc", "--undo")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("has no gc to undo");

    assertThat(execute("gc", "--max-size", "0")).isEqualTo(ExitCode.DONE);
    assertThat(execute("gc", "--purge")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).containsPattern("^1 earlier gc is gone for good, [1-9]");
    assertThat(execute("gc", "--undo")).isEqualTo(ExitCode.INPUT);
    assertThat(execute("run", file.toString(), "--out", out.toString())).isEqualTo(ExitCode.DONE);

    assertThat(execute("verify", "--rerun", "100%")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .containsPattern("computed again: \\d+ the same, 0 different, 0 could not be\n");
  }

  @Test
  void verify_rerunOfAnotherResult_isExitCode3AndTheStoreStays() throws Exception {
    Action action =
        Action.newBuilder()
            .setVersion(2)
            .setImportDataset(
                ImportDataset.newBuilder()
                    .setSynthetic(
                        Synthetic.newBuilder()
                            .setTrainExamples(48)
                            .setTestExamples(32)
                            .setNoise(24)
                            .setSeed(1)))
            .build();
    publish(action, "train", "no images");

    assertThat(execute("verify", "--rerun", "100%", "--json")).isEqualTo(ExitCode.STORE);

    assertThat(screen.err())
        .contains("import_dataset: different differs: 'train', 2 outputs instead of 1")
        .contains("computed again: 0 the same, 1 different, 0 could not be");
    assertThat(screen.out()).contains("\"state\":\"different\"").contains("\"damaged\":0");
    assertThat(execute("verify")).isEqualTo(ExitCode.DONE);
  }

  @Test
  void verify_rerunOfWhatCannotBeComputedHere_saysWhy() throws Exception {
    Action reading =
        Action.newBuilder()
            .setImportDataset(
                ImportDataset.newBuilder().setCifar10(Cifar10Files.getDefaultInstance()))
            .addInput(
                Input.newBuilder()
                    .setRole("data_batch_1")
                    .setDigest(Digest.of(new byte[1]).bytes()))
            .build();
    publish(reading, "train", "images");

    assertThat(execute("verify", "--rerun", "100%")).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).contains("import_dataset: skipped an input is not in the store: ");
    assertThat(screen.out()).contains("0 the same, 0 different, 1 could not be");
  }

  @Test
  void pin_experimentThatNeverRan_isRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("tiny.textproto"), TINY);

    assertThat(execute("pin", "paper", file.toString())).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("has no result of " + file + "; run it first");
    assertThat(root).doesNotExist();
  }

  @Test
  void pin_key_wholeOrItsBeginning_isTakenIfItIsOne() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      keys.add(make(i).hex());
    }
    assertThat(execute("pin", "one", keys.get(0))).isEqualTo(ExitCode.DONE);
    assertThat(execute("pin", "two", keys.get(1).substring(0, 6), "--json"))
        .isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .isEqualTo(
            "{\"pin\":\"two\",\"store\":\""
                + root
                + "\",\"key\":[\""
                + keys.get(1)
                + "\"],\"missing\":0}\n");
    age(Duration.ofDays(40));

    assertThat(execute("gc")).isEqualTo(ExitCode.DONE);

    ActionCache cache = new ActionCache(store);
    assertThat(cache.find(new Digest(keys.get(0)))).isNotNull();
    assertThat(cache.find(new Digest(keys.get(1)))).isNotNull();
    assertThat(cache.find(new Digest(keys.get(2)))).isNull();
  }

  @Test
  void pin_wrongNameOrKey_isAnInputError() throws Exception {
    String key = make(1).hex();
    assertRefused("a pin's name is 1 to 100 of", "pin", "../paper", key);
    assertRefused("a pin's name is 1 to 100 of", "unpin", ".paper");
    assertRefused("has no result under a key that begins with 000000", "pin", "p", "000000");
    assertRefused("abc12: does not exist; check the name", "pin", "p", "abc12");
    assertRefused("has no pin 'paper'; its pins are []", "unpin", "paper");
    assertRefused("Missing required parameter: 'FILE|KEY'", "pin", "p");
  }

  @Test
  void pin_keyOfSeveral_namesThem() throws IOException {
    Path shard = Files.createDirectories(root.resolve("ac").resolve("ab"));
    String one = "abcdef" + "0".repeat(58);
    String two = "abcdef" + "1".repeat(58);
    Files.createFile(shard.resolve(one));
    Files.createFile(shard.resolve(two));

    assertRefused(
        "abcdef: is the beginning of 2 keys; give more digits of one of [" + one + ", " + two,
        "pin",
        "p",
        "abcdef");
  }

  @Test
  void gc_recentRun_keepsItsResultsAndOldRunsGo() throws Exception {
    Digest recent = make(1);
    Digest old = make(2);
    Digest running = make(3);
    Path recentRun = run("a", recent);
    Path oldRun = run("b", old);
    Path runningRun = run("c", null);
    age(Duration.ofDays(40));
    Files.setLastModifiedTime(recentRun.resolve("results"), daysAgo(29));
    Files.setLastModifiedTime(runningRun.resolve("events").resolve("worker"), daysAgo(29));

    assertThat(execute("gc", "--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("records: recent run").contains("1 old runs");
    assertThat(oldRun).exists();
    assertThat(execute("gc", "--json")).isEqualTo(ExitCode.DONE);

    assertThat(screen.out()).contains("\"run\":[\"" + "b".repeat(32) + "\"]");
    ActionCache cache = new ActionCache(store);
    assertThat(cache.find(recent)).isNotNull();
    assertThat(cache.find(old)).isNull();
    assertThat(cache.find(running)).isNull();
    assertThat(oldRun).doesNotExist();
    assertThat(recentRun).exists();
    assertThat(runningRun).exists();
  }

  @Test
  void gc_damagedResultsOfARun_isTheStoresFaultAndTakesNothing() throws Exception {
    Digest key = make(1);
    Path run = run("a", key);
    age(Duration.ofDays(40));
    Files.write(run.resolve("results"), new byte[] {10, 100, 1});

    assertThat(execute("gc")).isEqualTo(ExitCode.STORE);
    assertThat(screen.err())
        .contains(run.resolve("results") + ": is damaged")
        .contains("delete " + run);
    assertThat(new ActionCache(store).find(key)).isNotNull();
  }

  @Test
  void gc_wrongOptions_areInputErrors() {
    assertRefused("--older-than: needs a number and s, m or min", "gc", "--older-than", "soon");
    assertRefused("--max-size: needs a number of bytes", "gc", "--max-size", "much");
    assertRefused("--undo cannot be combined with --dry-run", "gc", "--undo", "--dry-run");
    assertRefused("--undo cannot be combined with --purge", "gc", "--undo", "--purge");
    assertRefused(
        "--purge cannot be combined with --dry-run or --max-size",
        "gc",
        "--purge",
        "--max-size",
        "1GB");
    assertRefused("--sample: needs a share", "verify", "--sample", "0%");
    assertThat(root).doesNotExist();
  }

  @Test
  void verify_damage_isExitCode3UntilRepaired() throws Exception {
    make(1);
    Path blob;
    try (Stream<Path> blobs = Files.walk(root.resolve("cas"))) {
      blob = blobs.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    Files.delete(blob);
    Files.writeString(blob, "altered");

    assertThat(execute("verify")).isEqualTo(ExitCode.STORE);
    assertThat(screen.out())
        .contains("cas/")
        .contains(": damaged blob: should hash to its name, but: ")
        .contains("read 1 blobs (7 B), 1 records, 1 actions; 1 damaged, 1 not damaged");
    assertThat(execute("verify", "--repair", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("\"damaged\":1,\"repaired\":true");
    assertThat(execute("verify")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains(": to be recomputed: lacks 'network'").contains(" 0 damaged");
    assertThat(execute("verify", "--sample", "50%", "--seed", "3")).isEqualTo(ExitCode.DONE);
  }

  @Test
  void help_ofEach_hasAnExample() {
    for (String command : new String[] {"gc", "pin", "unpin", "verify"}) {
      assertThat(execute(command, "--help")).isEqualTo(ExitCode.DONE);
      assertThat(screen.out()).contains("Example:\n  stitchflow " + command).contains("--json");
    }
    assertThat(screen.out()).contains("stitchflow verify --sample 5% --rerun 1%\n");
    assertThat(screen.err()).isEmpty();
  }

  private void assertRefused(String message, String... args) {
    assertThat(execute(args)).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(message).doesNotContain("\tat ");
  }

  private int execute(String... args) {
    screen = new Screen();
    List<String> all = new ArrayList<>(List.of(args));
    if (!all.contains("--help")) {
      all.addAll(List.of("--store", root.toString()));
    }
    return screen.execute(Map.of(), all.toArray(String[]::new));
  }

  /** Publishes a network and returns its key. */
  private Digest make(int seed) throws IOException {
    Action action =
        Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setSeed(seed)).build();
    publish(action, "network", "weights " + seed);
    return ActionKeys.key(action);
  }

  private void publish(Action action, String output, String content) throws IOException {
    var unused =
        new Memo(store)
            .get(
                List.of(new Memo.Request(action, 1, false, List.of())),
                (runs, progress) -> Files.writeString(runs.get(0).output(output), content),
                store::open,
                share -> {});
  }

  /** A run that ended with that result, or has not ended. */
  private Path run(String digit, @Nullable Digest key) throws IOException {
    Path run = store.runs().path().resolve(digit.repeat(32));
    store.runs().make(run.resolve("events"));
    Files.writeString(run.resolve("run"), "");
    Files.writeString(run.resolve("events").resolve("worker"), "", StandardCharsets.UTF_8);
    if (key != null) {
      RunResults results =
          RunResults.newBuilder()
              .addResult(
                  StageResult.newBuilder()
                      .setStage("train a")
                      .setOutcome(Outcome.HIT)
                      .setKey(key.bytes()))
              .addResult(StageResult.newBuilder().setStage("report").setOutcome(Outcome.SKIPPED))
              .build();
      Files.write(run.resolve("results"), results.toByteArray());
    }
    return run;
  }

  private void age(Duration age) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
      }
    }
  }

  private static FileTime daysAgo(int days) {
    return FileTime.from(Instant.now().minus(Duration.ofDays(days)));
  }
}
