package io.stitchflow.benchmarks;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a large store costs: {@code runners/stitchflow plan} of many cached stages, from the start
 * of the process to its end, beside ninja on as many tasks that are up to date; the memory of a
 * plan; publishing; hashing.
 *
 * <p>Stores are filled in memory and then copied to the disk. CPU time is what to look at on a busy
 * machine. Cold means with dropped kernel caches, which needs root.
 */
public final class StoreScaleBenchmark {
  private static final int RUNS = 5;
  private static final int PUBLISHED = 250;
  private static final int HASHED_BYTES = 1 << 28;
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  private final Path directory;
  private final PrintStream out;

  private StoreScaleBenchmark(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
  }

  /** Arguments: an existing directory on the disk to measure, then numbers of stages. */
  public static void main(String[] args) throws Exception {
    if (args.length < 2) {
      throw new IllegalArgumentException("usage: StoreScaleBenchmark DIRECTORY STAGES...");
    }
    StoreScaleBenchmark benchmark =
        new StoreScaleBenchmark(
            Files.createTempDirectory(Path.of(args[0]).toAbsolutePath(), "store-scale"),
            new PrintStream(System.out, true, StandardCharsets.UTF_8));
    benchmark.hash();
    benchmark.publish();
    for (int i = 1; i < args.length; i++) {
      benchmark.plan(Integer.parseInt(args[i]));
    }
  }

  private void plan(int stages) throws Exception {
    Path experiment = CachedStages.experiment(directory.resolve(stages + ".textproto"), stages);
    Path store = directory.resolve("store-" + stages);
    fill(experiment, store);
    Path ninja = directory.resolve("ninja-" + stages);
    NullTasks.make(ninja, stages);
    out.printf(
        Locale.ROOT,
        "%d stages, load average %.1f%n",
        stages,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    out.printf(Locale.ROOT, "  first plan, without an index: %s%n", stitchflow(experiment, store));
    memory(experiment, store);
    List<Timed> ours = new ArrayList<>();
    List<Timed> theirs = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      ours.add(stitchflow(experiment, store));
      theirs.add(NullTasks.check(ninja));
    }
    compare("warm", ours, theirs);
    if (Files.isWritable(DROP_CACHES)) {
      ours.clear();
      theirs.clear();
      for (int i = 0; i < RUNS; i++) {
        dropCaches();
        ours.add(stitchflow(experiment, store));
        dropCaches();
        theirs.add(NullTasks.check(ninja));
      }
      compare("cold", ours, theirs);
    }
  }

  private void compare(String what, List<Timed> ours, List<Timed> theirs) {
    Timed us = Timed.best(ours);
    Timed ninja = Timed.best(theirs);
    out.printf(
        Locale.ROOT,
        "  %s, best of %d: plan %s; ninja %s; ratio of CPU times %.1f, of wall times %.1f%n",
        what,
        RUNS,
        us,
        ninja,
        us.cpuSeconds() / ninja.cpuSeconds(),
        us.wallSeconds() / ninja.wallSeconds());
  }

  private static Timed stitchflow(Path experiment, Path store)
      throws IOException, InterruptedException {
    return Timed.run(
        Path.of("").toAbsolutePath(),
        "runners/stitchflow",
        "plan",
        experiment.toString(),
        "--store",
        store.toString());
  }

  /** The store on the disk, without an index. */
  private void fill(Path experiment, Path store) throws Exception {
    Path quick = Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "store-scale") : null;
    Path filled = quick == null ? store : quick;
    CachedStages.publish(CachedStages.plan(experiment), Store.open(filled));
    Timed.run(directory, "rm", "-r", filled.resolve("index").toString());
    if (quick != null) {
      Timed.run(directory, "cp", "-r", quick.toString(), store.toString());
      Timed.run(directory, "rm", "-r", quick.toString());
    }
  }

  private void memory(Path experiment, Path store) throws Exception {
    // also loads what is loaded once, which is not a stage's
    int stages = CachedStages.plan(experiment).getStageCount();
    long before = usedBytes();
    Plan plan = CachedStages.plan(experiment);
    long withPlan = usedBytes();
    PlanStatus survey = PlanStatus.of(plan, new Memo(Store.open(store)));
    long withSurvey = usedBytes();
    out.printf(
        Locale.ROOT,
        "  %s: a plan retains %d bytes a stage, its survey %d more%n",
        survey.complete() && plan.getStageCount() == stages ? "all there" : "NOT all there",
        (withPlan - before) / stages,
        (withSurvey - withPlan) / stages);
  }

  private static long usedBytes() {
    for (int i = 0; i < RUNS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Stages whose outputs are a few bytes, one after another, as a run publishes them. */
  private void publish() throws Exception {
    Path experiment = CachedStages.experiment(directory.resolve("few.textproto"), PUBLISHED);
    Plan plan = CachedStages.plan(experiment);
    for (int i = 0; i < RUNS; i++) {
      Store store = Store.open(directory.resolve("published-" + i));
      long start = System.nanoTime();
      CachedStages.publish(plan, store);
      out.printf(
          Locale.ROOT,
          "publishing a stage: %.1f ms, %d stages one after another%n",
          (System.nanoTime() - start) / 1e6 / plan.getStageCount(),
          plan.getStageCount());
    }
  }

  private void hash() throws IOException {
    Path file = directory.resolve("hashed");
    Files.write(file, new byte[HASHED_BYTES]);
    for (int i = 0; i < RUNS; i++) {
      long wall = System.nanoTime();
      long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      Digest digest = Digest.of(file);
      out.printf(
          Locale.ROOT,
          "hashing %s...: %.2f GB a second of CPU time, %.2f of wall time%n",
          digest.brief(),
          (double) HASHED_BYTES
              / (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu),
          (double) HASHED_BYTES / (System.nanoTime() - wall));
    }
    Files.delete(file);
  }

  private static void dropCaches() throws IOException, InterruptedException {
    Timed.run(Path.of("/"), "sync");
    Files.writeString(DROP_CACHES, "3");
  }
}
