package io.stitchflow.spec;

import io.stitchflow.content.ExitCoded;
import java.util.List;

/** An experiment that cannot be run as it is written, with everything that is wrong with it. */
public final class InvalidExperimentException extends Exception implements ExitCoded {
  private final List<String> problems;

  InvalidExperimentException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * One line each, in the order of the file, then of the command line: {@code file:line:column:
   * field path: what is wrong; what to do}.
   */
  public List<String> problems() {
    return problems;
  }

  @Override
  public int exitCode() {
    return INPUT;
  }

  @Override
  public List<String> lines() {
    return problems;
  }
}
