package io.stitchflow.gc;

import java.util.List;

/**
 * What verifying a store came to.
 *
 * @param blobs how many were read
 * @param blobBytes how many bytes that were
 * @param records how many were read
 * @param actions how many were read
 * @param repaired whether what is damaged was moved to {@code quarantine/}
 */
public record Verification(
    long blobs,
    long blobBytes,
    long records,
    long actions,
    List<StoreProblem> problems,
    boolean repaired) {
  public Verification {
    problems = List.copyOf(problems);
  }

  /** Problems that are damage. */
  public List<StoreProblem> damage() {
    return problems.stream().filter(problem -> problem.kind().isDamage()).toList();
  }
}
