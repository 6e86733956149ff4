package io.stitchflow.benchmarks;

import java.util.List;

/** A part of Stitchflow measured against something else. */
public interface Benchmark {
  /** Selects it on the command line. */
  String name();

  /** The workloads that it measures, one line of the table each, in this order. */
  List<String> workloads(Settings settings);

  /** Measures all workloads and adds their lines. */
  void measure(Bench bench) throws Exception;
}
