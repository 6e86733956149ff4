package io.stitchflow.spec;

import io.stitchflow.v1.Portion;
import io.stitchflow.v1.Split;
import io.stitchflow.v1.SplitExamples;
import java.util.ArrayList;
import java.util.List;

/**
 * How many images a {@link Split} gives each part, of a source whose train split has {@code all}.
 *
 * @param train 0 or less where nothing is left
 */
public record SplitSizes(long all, long train, long validation, long test, List<Problem> problems) {
  public SplitSizes {
    problems = List.copyOf(problems);
  }

  /**
   * Something wrong.
   *
   * @param field below {@code split}; empty for the whole
   */
  record Problem(String field, String text) {}

  /**
   * The sizes that a split gives, and its problems.
   *
   * @param hasTest whether the source has a test split of its own
   */
  public static SplitSizes of(Split split, long all, boolean hasTest) {
    List<Problem> problems = new ArrayList<>();
    long validation =
        split.hasValidation() ? size("validation", split.getValidation(), all, problems) : 0;
    long test = split.hasTest() ? size("test", split.getTest(), all, problems) : 0;
    long left = all - validation - test;
    long train = split.hasTrain() ? size("train", split.getTrain(), all, problems) : left;
    if (split.hasTest() && hasTest) {
      problems.add(
          new Problem("test", "is set apart, but the data set has a test split; drop this"));
    }
    if (problems.isEmpty() && (left < 1 || train > left)) {
      problems.add(
          new Problem(
              "",
              "wants "
                  + (split.hasTrain() ? train : "some")
                  + " train, "
                  + validation
                  + " validation and "
                  + test
                  + " test images, but there are "
                  + all
                  + " train images in all; make one smaller"));
    }
    return new SplitSizes(all, train, validation, test, problems);
  }

  private static long size(String field, Portion portion, long all, List<Problem> problems) {
    long size =
        switch (portion.getSizeCase()) {
          case EXAMPLES -> Integer.toUnsignedLong(portion.getExamples());
          case FRACTION -> Math.round(portion.getFraction() * all);
          case SIZE_NOT_SET -> {
            problems.add(new Problem(field, "is empty; write examples: N or fraction: F"));
            yield 1;
          }
        };
    if (size < 1) {
      problems.add(new Problem(field, "comes to no image of " + all + "; make it larger"));
    }
    return size;
  }

  /** Whether the source's splits are used whole, as they are. */
  public boolean isWhole() {
    return train == all && validation == 0 && test == 0;
  }

  /** As keys hold it. */
  public SplitExamples examples(long seed) {
    return SplitExamples.newBuilder()
        .setTrain(Math.toIntExact(train))
        .setValidation(Math.toIntExact(validation))
        .setTest(Math.toIntExact(test))
        .setSeed(seed)
        .build();
  }

  /** For people: what is not the source's own. */
  public String words() {
    return isWhole()
        ? ""
        : ", "
            + train
            + (validation > 0 ? " train + " + validation + " validation" : " train")
            + (test > 0 ? " + " + test + " test" : "")
            + " of its "
            + all;
  }
}
