package io.stitchflow.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Runs the rounds of benchmarks and collects the lines of the table. */
public final class Bench {
  private static final PrintStream LOG = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  private final Settings settings;
  private final String benchmark;
  private final List<Line> lines = new ArrayList<>();

  /** One of two programs that take turns. */
  @FunctionalInterface
  public interface Side {
    /** Does the work of a round and returns its cost, in the unit of the line. */
    double round() throws Exception;
  }

  Bench(Settings settings, String benchmark) {
    this.settings = settings;
    this.benchmark = benchmark;
  }

  public Settings settings() {
    return settings;
  }

  List<Line> lines() {
    return List.copyOf(lines);
  }

  /** A new directory of this benchmark. */
  public Path directory(String name) throws IOException {
    return Files.createDirectories(settings.work().resolve(benchmark).resolve(name));
  }

  /**
   * Lets both sides take turns until the interval of the ratio is narrow enough or there are too
   * many rounds. The side that begins alternates, so that a drift of the machine cancels out. A
   * first round of each, in which code is compiled and caches fill, does not count.
   */
  public void compare(
      String workload,
      String against,
      String unit,
      Goal goal,
      int mostRounds,
      Side ours,
      Side theirs)
      throws Exception {
    if (!settings.smoke()) {
      ours.round();
      theirs.round();
    }
    compareWarm(workload, against, unit, goal, mostRounds, ours, theirs);
  }

  /** As {@link #compare}, of sides whose first round is as good as the next. */
  public void compareWarm(
      String workload,
      String against,
      String unit,
      Goal goal,
      int mostRounds,
      Side ours,
      Side theirs)
      throws Exception {
    List<Double> ourCosts = new ArrayList<>();
    List<Double> theirCosts = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    int most = settings.smoke() ? 1 : Math.min(mostRounds, settings.mostRounds());
    MedianInterval interval = null;
    while (interval == null
        || (ratios.size() < most && interval.relativeHalfWidth() >= Settings.HALF_WIDTH)) {
      boolean first = ratios.size() % 2 == 0;
      double early = first ? ours.round() : theirs.round();
      double late = first ? theirs.round() : ours.round();
      double our = first ? early : late;
      double their = first ? late : early;
      ourCosts.add(our);
      theirCosts.add(their);
      ratios.add(goal.ratio(our, their));
      interval = MedianInterval.of(ratios);
      LOG.printf(
          Locale.ROOT,
          "%s, %s, round %d: ours %s, theirs %s %s, ratio %s%n",
          benchmark,
          workload,
          ratios.size(),
          Line.number(our),
          Line.number(their),
          unit,
          Line.number(ratios.get(ratios.size() - 1)));
    }
    add(workload, against, unit, goal, ourCosts, theirCosts);
  }

  /** Adds the line of rounds that are over. */
  public void add(
      String workload,
      String against,
      String unit,
      Goal goal,
      List<Double> ours,
      List<Double> theirs) {
    lines.add(
        new Line(
            new Line.Question(benchmark, workload, against, unit, goal),
            MedianInterval.of(
                IntStream.range(0, ours.size())
                    .mapToObj(i -> goal.ratio(ours.get(i), theirs.get(i)))
                    .toList()),
            MedianInterval.of(ours).median(),
            MedianInterval.of(theirs).median(),
            load()));
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
