package io.stitchflow.cli.progress;

import io.stitchflow.v1.CachedRun;
import io.stitchflow.v1.Outcome;

/**
 * Numbers of stages of a run, by outcome.
 *
 * @param notStored those of {@code ran} whose results are not in the store
 * @param secondsSaved the original compute time of all cache hits
 * @param secondsComputed the compute time of the stages that ran
 */
record RunTotals(
    int total,
    int hit,
    int ran,
    int failed,
    int skipped,
    int notStored,
    double secondsSaved,
    double secondsComputed) {
  static RunTotals of(StageResults results) {
    return new RunTotals(
        results.total(),
        results.count(Outcome.HIT),
        results.count(Outcome.RAN),
        results.count(Outcome.FAILED),
        results.count(Outcome.SKIPPED),
        results.notStored().size(),
        results.seconds(Outcome.HIT),
        results.seconds(Outcome.RAN));
  }

  static RunTotals of(CachedRun cached) {
    int stages = cached.getStages();
    return new RunTotals(stages, stages, 0, 0, 0, 0, cached.getSecondsSaved(), 0);
  }
}
