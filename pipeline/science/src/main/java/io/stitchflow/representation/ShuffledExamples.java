package io.stitchflow.representation;

import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The representation of another image of the split: its examples in a random order, every order
 * with the same probability.
 */
final class ShuffledExamples implements Baseline {
  @Override
  public SourceCase source() {
    return SourceCase.SHUFFLED;
  }

  @Override
  public boolean takesOf() {
    return true;
  }

  @Override
  public String of(RepresentationCut cut) {
    return cut.getShuffled().getOf();
  }

  @Override
  public RepresentationCut keyed(RepresentationCut cut, List<Integer> shape) {
    RepresentationCut.Builder keyed = cut.toBuilder().clearName();
    keyed.getShuffledBuilder().clearOf();
    return keyed.build();
  }

  @Override
  public boolean isRandom(RepresentationCut cut) {
    return true;
  }

  @Override
  public String describe(RepresentationCut cut, String input) {
    return "shuffled " + input;
  }

  @Override
  public Rows open(Inputs inputs) {
    int[] order = order(inputs.examples(), inputs.random());
    return (example, target) -> target.put(inputs.input().read(order[example]));
  }

  /** By Durstenfeld 1964. */
  static int[] order(int examples, Random random) {
    int[] order = IntStream.range(0, examples).toArray();
    for (int i = examples - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
