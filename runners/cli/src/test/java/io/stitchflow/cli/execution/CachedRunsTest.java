package io.stitchflow.cli.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.input.ExperimentOptions;
import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.progress.OutDirectory;
import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Stages write a few bytes in place of results. */
final class CachedRunsTest {
  private static final int CIFAR_RECORD_BYTES = 3073;

  private static final String EXPERIMENT =
      """
      name: "small"
      dataset { cifar10 { directory: "data" } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 seed: 1 recipe { epochs: 1 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 2 seed: 2 recipe { epochs: 1 } }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      cut: "stem"
      """;

  @TempDir Path directory;
  private Path file = Path.of("");
  private Path data = Path.of("");
  private Path place = Path.of("");
  private Path out = Path.of("");
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void fill() throws Exception {
    data = Files.createDirectories(directory.resolve("home/data"));
    file = Files.writeString(directory.resolve("home/small.textproto"), EXPERIMENT);
    place = directory.resolve("store");
    out = directory.resolve("out");
    environment = Map.of("HOME", directory.resolve("home").toString());
    for (String name : List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4")) {
      writeImages(name);
    }
    writeImages("data_batch_5");
    writeImages("test_batch");
    ExperimentOptions options = options();
    Plan plan = Plans.of(options.read(), options, environment);
    Worker worker = new Worker(Store.open(place), CachedRunsTest::writing, 1);
    InProcess.run(plan, PlanStatus.of(plan, worker.memo()), worker, new Silent());
    assertThat(run()).contains("small: 0 stages ran, ");
  }

  @Test
  void find_nothingChanged_isTheRun() throws Exception {
    keep(later());
    CachedRuns.Found found = find();
    assertThat(found).isNotNull();
    assertThat(Objects.requireNonNull(found).run().getExperiment()).isEqualTo("small");
  }

  @Test
  void run_nothingChanged_printsAndWritesTheSame() throws Exception {
    String planned = run();
    String json = withoutTimes(Files.readString(out.resolve("run.json")));
    keep(later());
    Files.delete(out.resolve("report.html"));
    Path results = runFile("results");
    Files.setLastModifiedTime(results, FileTime.from(Instant.now().minus(Duration.ofDays(9))));
    assertThat(find()).isNotNull();
    assertThat(withoutTimes(run())).isEqualTo(withoutTimes(planned));
    assertThat(withoutTimes(Files.readString(out.resolve("run.json")))).isEqualTo(json);
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    assertThat(Files.getLastModifiedTime(results).toInstant())
        .isAfter(Instant.now().minus(Duration.ofDays(1)));
    assertThat(find()).isNotNull();
  }

  @Test
  void run_asJson_printsTheSame() throws Exception {
    String planned = run("--json");
    keep(later());
    assertThat(withoutTimes(run("--json"))).isEqualTo(withoutTimes(planned));
  }

  @Test
  void keep_sourceChangedJustNow_keepsNothing() throws Exception {
    Files.deleteIfExists(keptName());
    Path source = Files.write(data.resolve("test_batch.bin"), new byte[20 * CIFAR_RECORD_BYTES]);
    keep(Files.getLastModifiedTime(source).toInstant().plusSeconds(1));
    assertThat(find()).isNull();
  }

  @Test
  void keep_stageMissing_keepsNothing() throws Exception {
    Files.deleteIfExists(keptName());
    Files.delete(record("train_network"));
    keep(later());
    assertThat(find()).isNull();
  }

  @Test
  void run_twoVariantsInTurn_areBothKept() throws Exception {
    keep(later());
    assertThat(run("--set", "network[0].seed=1")).contains("small: 0 stages ran, ");
    assertThat(find()).isNotNull();
  }

  @Test
  void find_experimentChanged_isNull() throws Exception {
    keep(later());
    Files.writeString(file, EXPERIMENT.replace("epochs: 1 }", "epochs: 2 }"));
    assertThat(find()).isNull();
    Files.writeString(file, EXPERIMENT);
    assertThat(find()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--set=network[0].seed=3",
        "--device=cpu-x86_64-none",
        "--code-in-keys",
        "--out=other"
      })
  void find_otherOption_isNull(String option) throws Exception {
    keep(later());
    String given = option.replace("other", directory.resolve("other").toString());
    assertThat(find(environment, given)).isNull();
    assertThat(find()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"STITCHFLOW_CODE_IN_KEYS=1", "XDG_CACHE_HOME=/elsewhere"})
  void find_otherEnvironment_isNull(String variable) throws Exception {
    keep(later());
    Map<String, String> other = new HashMap<>(environment);
    other.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
    assertThat(find(other)).isNull();
    assertThat(find()).isNotNull();
  }

  @Test
  void find_sourceChangedUnderItsSizeAndTime_isNull() throws Exception {
    keep(later());
    Path source = data.resolve("data_batch_3.bin");
    FileTime time = Files.getLastModifiedTime(source);
    byte[] bytes = Files.readAllBytes(source);
    bytes[1] ^= 1;
    Files.write(source, bytes);
    Files.setLastModifiedTime(source, time);
    assertThat(find()).isNull();
  }

  @Test
  void find_fileAddedBesideASource_isNull() throws Exception {
    keep(later());
    Files.createFile(data.resolve("more"));
    assertThat(find()).isNull();
  }

  @Test
  void find_sourceDeleted_isNull() throws Exception {
    keep(later());
    Files.delete(data.resolve("test_batch.bin"));
    assertThat(find()).isNull();
  }

  @Test
  void find_programChanged_isNull() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    String before = System.getProperty("java.class.path");
    System.setProperty("java.class.path", before + File.pathSeparator + classes);
    try {
      keep(later());
      assertThat(find()).isNotNull();
      Files.createFile(classes.resolve("Stage.class"));
      assertThat(find()).isNull();
      Files.delete(classes.resolve("Stage.class"));
    } finally {
      System.setProperty("java.class.path", before);
    }
    assertThat(find()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"train_network", "fit_vanilla_stitch", "write_report"})
  void find_recordDeletedOrDamaged_isNull(String kind) throws Exception {
    keep(later());
    Path record = record(kind);
    byte[] bytes = Files.readAllBytes(record);
    FileTime time = Files.getLastModifiedTime(record);
    Files.delete(record);
    assertThat(find()).isNull();
    Files.write(record, Arrays.copyOf(bytes, bytes.length - 1));
    Files.setLastModifiedTime(record, time);
    assertThat(find()).isNull();
    Files.write(record, bytes);
    Files.setLastModifiedTime(record, FileTime.from(time.toInstant().plusNanos(1000)));
    assertThat(find()).isNull();
    Files.setLastModifiedTime(record, time);
    assertThat(find()).isNotNull();
  }

  @Test
  void find_reportDamaged_isNullAndQuarantined() throws Exception {
    keep(later());
    Path blob = blob("report.html");
    Files.delete(blob);
    Files.writeString(blob, "another");
    assertThat(find()).isNull();
    assertThat(blob).doesNotExist();
  }

  /** Nothing reads them, so a plan finds them in the store without looking. */
  @Test
  void find_blobOfAStitchDeleted_isTheRunAsAPlanFindsIt() throws Exception {
    keep(later());
    Files.delete(blob("stitch"));
    assertThat(find()).isNotNull();
    assertThat(status().complete()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "results"})
  void find_filesOfTheRunChanged_isNull(String name) throws Exception {
    keep(later());
    byte[] bytes = Files.readAllBytes(runFile(name));
    bytes[bytes.length / 2] ^= 1;
    Files.write(runFile(name), bytes);
    assertThat(find()).isNull();
    Files.delete(runFile(name));
    assertThat(find()).isNull();
    assertThat(run()).contains("small: 0 stages ran, ");
    assertThat(find()).isNotNull();
  }

  @Test
  void find_descriptionOfStagesChanged_isNull() throws Exception {
    keep(later());
    Path json = out.resolve("run.json");
    Files.writeString(json, Files.readString(json).replace("\"hit\",", "\"ran\","));
    assertThat(find()).isNull();
    Files.delete(json);
    assertThat(find()).isNull();
  }

  @Test
  void find_differingResultsInTheStore_isNull() throws Exception {
    keep(later());
    Path key = record("train_network").getFileName();
    Files.createDirectories(
        place.resolve("nondeterminism").resolve(key.toString().substring(0, 2)).resolve(key));
    assertThat(find()).isNull();
  }

  @Test
  void find_remoteStore_isNullAndAsksNothing() throws Exception {
    keep(later());
    assertThat(
            new CachedRuns(
                    parsed(file.toString(), "--store", "s3://nowhere.invalid/none"),
                    environment,
                    Instant::now)
                .find(false))
        .isNull();
  }

  @Test
  void find_keptFileDamagedAnywhere_isNull() throws Exception {
    keep(later());
    Path kept = kept();
    byte[] whole = Files.readAllBytes(kept);
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 40; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(kept, damaged);
      assertThat(find()).as("seed " + seed).isNull();
      Files.write(kept, Arrays.copyOf(whole, random.nextInt(whole.length)));
      assertThat(find()).as("seed " + seed).isNull();
    }
    assertThat(run()).contains("small: 0 stages ran, ");
    Files.write(kept, whole);
    assertThat(find()).isNotNull();
  }

  @Test
  void keep_storeThatCannotTakeIt_isIgnored() throws Exception {
    Path index = place.resolve("index");
    Files.move(index, place.resolve("moved"));
    Files.createFile(index);
    keep(later());
    assertThat(find()).isNull();
    assertThat(run()).contains("small: 0 stages ran, ");
  }

  @Test
  void keep_otherExperiments_leaves128() throws Exception {
    Path index = place.resolve("index");
    for (int i = 0; i < 140; i++) {
      Path other = Files.createFile(index.resolve(Digest.of(new byte[] {(byte) i}).hex() + ".run"));
      Files.setLastModifiedTime(other, FileTime.from(Instant.ofEpochSecond(i)));
    }
    keep(later());
    try (Stream<Path> all = Files.list(index)) {
      assertThat(all.filter(each -> each.toString().endsWith(".run"))).hasSize(128);
    }
    assertThat(find()).isNotNull();
  }

  private String run(String... more) {
    Screen screen = new Screen();
    List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
    arguments.addAll(List.of("--store", place.toString(), "--out", out.toString()));
    arguments.addAll(List.of(more));
    assertThat(screen.execute(environment, arguments.toArray(String[]::new))).isZero();
    return screen.out();
  }

  private static String withoutTimes(String text) {
    return text.replaceAll("\"(seconds|started)\": ?[^,]*", "").replaceAll("in [^;]*;", "");
  }

  private static Instant later() {
    return Instant.now().plus(Duration.ofMinutes(1));
  }

  /** As a run at that time does. */
  private void keep(Instant now) throws Exception {
    ExperimentOptions options = options();
    ValidExperiment valid = options.read();
    PlanStatus status = status();
    Plan plan = Plans.of(valid, options, environment);
    Store store = Store.open(place);
    Run run =
        Run.newBuilder()
            .setExperiment(valid.experiment())
            .setPlan(plan)
            .setOut(out.toString())
            .build();
    OutDirectory directoryOfReport =
        OutDirectory.of(valid.experiment(), out, false, new Screen().errLines());
    StageResults results = StageResults.stored(plan, status);
    new CachedRuns(options, environment, () -> now)
        .keep(run, status, results, store, directoryOfReport);
  }

  private CachedRuns.@Nullable Found find() {
    return find(environment);
  }

  private CachedRuns.@Nullable Found find(Map<String, String> variables, String... more) {
    return new CachedRuns(options(more), variables, Instant::now).find(false);
  }

  private PlanStatus status() throws Exception {
    ExperimentOptions options = options();
    Plan plan = Plans.of(options.read(), options, environment);
    return PlanStatus.of(plan, new Memo(Store.open(place)));
  }

  private Path record(String kind) throws Exception {
    String key = Digest.from(stage(kind).getKey()).hex();
    return place.resolve("ac").resolve(key.substring(0, 2)).resolve(key);
  }

  private Path blob(String output) throws Exception {
    Output found =
        status().known().stream()
            .flatMap(result -> result.getResult().getOutputList().stream())
            .filter(each -> each.getName().equals(output))
            .findFirst()
            .orElseThrow();
    String digest = Digest.from(found.getDigest()).hex();
    return place.resolve("cas").resolve(digest.substring(0, 2)).resolve(digest);
  }

  private StageResult stage(String kind) throws Exception {
    return status().stages().stream()
        .filter(each -> StageDefinition.of(each.stage()).name().equals(kind))
        .map(PlanStatus.StageStatus::known)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }

  private Path runFile(String name) throws IOException {
    return place.resolve("runs").resolve(RunFiles.ids(Store.open(place)).get(0)).resolve(name);
  }

  private Path kept() {
    assertThat(keptName()).isRegularFile();
    return keptName();
  }

  private Path keptName() {
    Digest name = new CachedRuns(options(), environment, Instant::now).name();
    return place.resolve("index").resolve(name.hex() + ".run");
  }

  private ExperimentOptions options(String... more) {
    List<String> arguments = new ArrayList<>(List.of(file.toString(), "--store", place.toString()));
    if (Stream.of(more).noneMatch(each -> each.startsWith("--out"))) {
      arguments.addAll(List.of("--out", out.toString()));
    }
    arguments.addAll(List.of(more));
    return parsed(arguments.toArray(String[]::new));
  }

  private static ExperimentOptions parsed(String... arguments) {
    return CommandLine.populateCommand(new ExperimentOptions(), arguments);
  }

  private void writeImages(String name) throws IOException {
    Files.write(data.resolve(name + ".bin"), new byte[20 * CIFAR_RECORD_BYTES]);
  }

  private static StageExecutor writing(StageDefinition stage) {
    List<String> outputs =
        new ArrayList<>(
            stage.outputs().stream().map(output -> output.name().replace("*", "all")).toList());
    if (stage.name().equals("write_report")) {
      outputs.add("matrices.ansi"); // a run prints it
    }
    return (runs, progress) -> {
      for (StageRun run : runs) {
        int action = Arrays.hashCode(run.action().toByteArray());
        for (String output : outputs) {
          Files.writeString(run.output(output), output + " " + action);
        }
      }
    };
  }

  private static final class Silent implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      assertThat(result.hasResult()).as(result.getMessage()).isTrue();
    }
  }
}
