package io.stitchflow.representation;

import io.stitchflow.network.ClassificationTask;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A representation that needs no network: one field of {@link RepresentationCut}'s {@code source}
 * but {@code file}. It says what a stitch makes of little or nothing, which any claim about
 * networks must beat.
 *
 * <p>To add one: its message and field in {@code experiment.proto}, its implementation of this
 * interface, and its entry in {@link Baselines}. {@code BaselinesTest} runs over all of them.
 */
public interface Baseline {
  /** Its field. */
  SourceCase source();

  /** Makes every default of a cut of this source explicit that needs no data set. */
  default void fillDefaults(RepresentationCut.Builder cut) {}

  /** Whether a cut may name another that it is made from. */
  default boolean takesOf() {
    return false;
  }

  /** The cut that it is made from, as {@code network/cut}; empty for the images. */
  default String of(RepresentationCut cut) {
    return "";
  }

  /**
   * The split of {@link #of} that is read for a representation of {@code split}: the input {@code
   * of}, beside the split's images.
   */
  default String splitOfInput(String split) {
    return split;
  }

  /** Whether the seed changes it. */
  boolean isRandom(RepresentationCut cut);

  /**
   * Of one example.
   *
   * @param input that of what it is made from: of {@link #of}, else of the images
   */
  default List<Integer> shape(RepresentationCut cut, ClassificationTask task, List<Integer> input) {
    return input;
  }

  /** The same cut as keys hold it: without names, with its shape where it is chosen freely. */
  default RepresentationCut keyed(RepresentationCut cut, List<Integer> shape) {
    return cut.toBuilder().clearName().build();
  }

  /**
   * In a few words: {@code noise [8, 32, 32]}.
   *
   * @param input what it is made from: {@code pixels}, {@code a/layer1.0}
   */
  String describe(RepresentationCut cut, String input);

  /** Its field's name: {@code class_means}. */
  default String name() {
    return source().name().toLowerCase(Locale.ROOT);
  }

  /** The examples of a split; draws what they share. */
  Rows open(Inputs inputs);

  /**
   * What a baseline is made from.
   *
   * @param cut its parameters, as {@link #keyed} gives them
   * @param task of the data set
   * @param labelled the images of the split, with their labels
   * @param input the input {@code of}; the images where there is none
   * @param examples how many are wanted, from the start of the split
   * @param random at the beginning of the split's stream
   */
  record Inputs(
      RepresentationCut cut,
      ClassificationTask task,
      Examples labelled,
      Examples input,
      int examples,
      Random random) {}

  /** The examples of one split, in their order. */
  @FunctionalInterface
  interface Rows {
    /** Puts the numbers of the next example, which is {@code example}. */
    void put(int example, FloatBuffer target);
  }
}
