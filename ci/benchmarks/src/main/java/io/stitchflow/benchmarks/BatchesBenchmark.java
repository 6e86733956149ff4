package io.stitchflow.benchmarks;

import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of representations of [64, 32, 32], 256 KiB each in float32: shuffled batches of 128 as
 * float32 against a plain copy of as many bytes, and writing against a plain channel that writes as
 * many stored bytes. The files are in the file system's cache. One thread.
 */
final class BatchesBenchmark implements Benchmark {
  private static final int MOST_ROUNDS = 100;
  private static final List<Element> ELEMENT_TYPES =
      List.of(Element.FLOAT32, Element.FLOAT16, Element.UINT8);

  @Override
  public String name() {
    return "batches";
  }

  @Override
  public List<String> workloads(Settings settings) {
    List<String> workloads = new ArrayList<>();
    for (Element element : ELEMENT_TYPES) {
      workloads.add(element + ", shuffled batches");
      workloads.add(element + ", written");
    }
    return workloads;
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    int batches = settings.choose(8, 1);
    int passes = settings.choose(4, 1);
    String unit = "s per " + batches * passes * RepresentationFile.BATCH + " rows";
    for (Element element : ELEMENT_TYPES) {
      RepresentationFile files =
          new RepresentationFile(bench.directory(element.toString()), element, batches);
      try (TensorFile file = TensorFile.open(files.write())) {
        bench.compare(
            element + ", shuffled batches",
            "memcpy",
            unit,
            element == Element.FLOAT32 ? Goal.atLeast(0.7) : Goal.statedSpeedUp(),
            MOST_ROUNDS,
            () -> seconds(passes, () -> files.gather(file)),
            () -> seconds(passes, files::copy));
      }
      bench.compare(
          element + ", written",
          "plain channel",
          unit,
          Goal.statedSpeedUp(),
          MOST_ROUNDS,
          () -> seconds(passes, files::write),
          () -> seconds(passes, files::writePlainly));
    }
  }

  @FunctionalInterface
  private interface Pass {
    void run() throws IOException;
  }

  private static double seconds(int passes, Pass pass) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < passes; i++) {
      pass.run();
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
