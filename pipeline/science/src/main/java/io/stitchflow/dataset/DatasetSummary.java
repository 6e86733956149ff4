package io.stitchflow.dataset;

import io.stitchflow.tensors.Element;
import java.util.List;

/**
 * What is known of a data set before its import: from the fields, and from names and sizes of the
 * source files.
 *
 * @param title for people
 * @param shape of an example: [channels, height, width], [tokens, features] or [features]
 * @param element how each of its numbers is stored
 * @param classes labels are below this
 * @param trainExamples of the source, before {@code dataset.split} divides them
 * @param testExamples of the source; 0 if it has no test split
 * @param problems everything that is wrong; with problems the numbers mean nothing
 */
public record DatasetSummary(
    String title,
    List<Integer> shape,
    Element element,
    int classes,
    int trainExamples,
    int testExamples,
    List<Problem> problems) {
  public DatasetSummary {
    shape = List.copyOf(shape);
    problems = List.copyOf(problems);
  }

  /** Of images, a byte a number. */
  public DatasetSummary(
      String title,
      List<Integer> shape,
      int classes,
      int trainExamples,
      int testExamples,
      List<Problem> problems) {
    this(title, shape, Element.UINT8, classes, trainExamples, testExamples, problems);
  }

  /**
   * A mistake.
   *
   * @param field of the kind's message, such as {@code directory}
   * @param text what is wrong; what to do
   */
  public record Problem(String field, String text) {}
}
