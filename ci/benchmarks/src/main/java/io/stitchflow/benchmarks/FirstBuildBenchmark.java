package io.stitchflow.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The launcher's first build, in a copy of the sources: the jars and bytes that Maven downloads
 * into an empty repository, and seconds with an empty and with a full one. Maven downloads from
 * this machine's own repository, which an earlier build has filled, so that the network takes no
 * part.
 */
final class FirstBuildBenchmark implements Benchmark {
  private static final int MOST_ROUNDS = 6;

  @Override
  public String name() {
    return "first-build";
  }

  @Override
  public List<String> workloads(Settings settings) {
    return List.of("time, empty repository", "jars, empty repository", "bytes, empty repository");
  }

  @Override
  public void measure(Bench bench) throws Exception {
    List<String> workloads = workloads(bench.settings());
    Builds builds = new Builds(bench);
    bench.compareWarm(
        workloads.get(0),
        "full repository",
        "s",
        Goal.statedCost(),
        MOST_ROUNDS,
        builds::empty,
        builds::full);
    List<Double> one = List.of(1.);
    bench.add(workloads.get(1), "1 jar", "jars", Goal.statedCost(), List.of(builds.jars), one);
    bench.add(workloads.get(2), "1 MB", "MB", Goal.statedCost(), List.of(builds.megabytes), one);
  }

  private static final class Builds {
    private final Bench bench;
    private int rounds;
    private double jars;
    private double megabytes;

    Builds(Bench bench) {
      this.bench = bench;
    }

    /** Seconds of a build that has to download everything; counts what it downloaded. */
    double empty() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      Path settings =
          Files.writeString(
              round.resolve("settings.xml"),
              "<settings><mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>"
                  + repository().toUri()
                  + "</url></mirror></mirrors></settings>\n");
      Path downloaded = round.resolve("repository");
      double seconds =
          build(round, "--settings", settings.toString(), "-Dmaven.repo.local=" + downloaded);
      jars = 0;
      megabytes = 0;
      try (Stream<Path> files = Files.walk(downloaded)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          jars += file.toString().endsWith(".jar") ? 1 : 0;
          megabytes += Files.size(file) / 1e6;
        }
      }
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
      return seconds;
    }

    /** Seconds of a build that downloads nothing. */
    double full() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      double seconds = build(round, "--offline", "-Dmaven.repo.local=" + repository());
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
      return seconds;
    }

    private static Path repository() {
      return Path.of(System.getProperty("user.home"), ".m2/repository");
    }

    /** As runners/stitchflow builds; a smoke run only validates. */
    private double build(Path round, String... options) throws IOException, InterruptedException {
      Path sources = Files.createDirectory(round.resolve("sources"));
      Path root = bench.settings().root();
      Program.run(
          sources,
          "bash",
          "-c",
          "tar -C \"$0\" --exclude=target --exclude=.git --exclude=node_modules -c . | tar -x",
          root.toString());
      List<String> command =
          Stream.concat(
                  Stream.of(
                      "mvn",
                      "-q",
                      "-B",
                      "-ntp",
                      "-pl",
                      "runners/cli",
                      "-am",
                      bench.settings().choose("package", "validate"),
                      "-Dmaven.test.skip=true",
                      "-Dconvergence.skip=true"),
                  Stream.of(options))
              .toList();
      return Program.run(sources, command.toArray(String[]::new)).wallSeconds();
    }
  }
}
