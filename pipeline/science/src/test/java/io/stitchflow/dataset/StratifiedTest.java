package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.dataset.Stratified.Part;
import io.stitchflow.v1.SplitExamples;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StratifiedTest {
  @Test
  void assign_unequalClasses_givesEachPartTheSameShares() {
    // 60, 30 and 10 images
    int[] labels = IntStream.range(0, 100).map(i -> i < 60 ? 0 : i < 90 ? 1 : 2).toArray();
    Part[] parts = Stratified.assign(labels, 3, wanted(50, 20, 10, 1));
    assertThat(counts(parts, labels, 3, Part.TRAIN)).containsExactly(30, 15, 5);
    assertThat(counts(parts, labels, 3, Part.VALIDATION)).containsExactly(12, 6, 2);
    assertThat(counts(parts, labels, 3, Part.TEST)).containsExactly(6, 3, 1);
    assertThat(counts(parts, labels, 3, Part.NONE)).containsExactly(12, 6, 2);
  }

  @Test
  void assign_anyNumbers_areKeptToTheImage() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 500; round++) {
      int classes = random.nextInt(2, 12);
      int[] labels = random.ints(random.nextInt(3, 200), 0, classes).toArray();
      int train = random.nextInt(1, labels.length + 1);
      int validation = random.nextInt(0, labels.length - train + 1);
      int test = random.nextInt(0, labels.length - train - validation + 1);
      Part[] parts =
          Stratified.assign(labels, classes, wanted(train, validation, test, random.nextLong()));
      assertThat(Arrays.stream(parts).filter(part -> part == Part.TRAIN)).hasSize(train);
      assertThat(Arrays.stream(parts).filter(part -> part == Part.VALIDATION)).hasSize(validation);
      assertThat(Arrays.stream(parts).filter(part -> part == Part.TEST)).hasSize(test);
    }
  }

  @Test
  void assign_seed_decidesAlone() {
    int[] labels = IntStream.range(0, 200).map(i -> i % 10).toArray();
    Part[] first = Stratified.assign(labels, 10, wanted(100, 50, 0, 1));
    assertThat(Stratified.assign(labels, 10, wanted(100, 50, 0, 1))).isEqualTo(first);
    assertThat(Stratified.assign(labels, 10, wanted(100, 50, 0, 2))).isNotEqualTo(first);
  }

  @Test
  void assign_smallTrain_isInsideALargerOneAndUnmovedByValidation() {
    int[] labels = IntStream.range(0, 200).map(i -> i % 10).toArray();
    Set<Integer> small = rows(Stratified.assign(labels, 10, wanted(50, 0, 0, 7)));
    assertThat(rows(Stratified.assign(labels, 10, wanted(50, 100, 30, 7)))).isEqualTo(small);
    assertThat(rows(Stratified.assign(labels, 10, wanted(120, 0, 0, 7)))).containsAll(small);
  }

  @Test
  void assign_moreThanThereAre_isRefusedWithTheNumbers() {
    assertThatThrownBy(() -> Stratified.assign(new int[10], 1, wanted(8, 2, 1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 train, 2 validation and 1 test images are more than the 10");
  }

  @Test
  void apportion_remainders_goToTheLargest() {
    // Quotas 1.75, 0.70 and 0.55 of 3
    assertThat(Stratified.apportion(3, new int[] {35, 14, 11}, new int[] {35, 14, 11}))
        .containsExactly(2, 1, 0);
  }

  @Test
  void apportion_limit_passesOnWhatItTakesNot() {
    assertThat(Stratified.apportion(6, new int[] {1, 1, 1}, new int[] {1, 9, 9}))
        .containsExactly(1, 3, 2);
  }

  private static SplitExamples wanted(int train, int validation, int test, long seed) {
    return SplitExamples.newBuilder()
        .setTrain(train)
        .setValidation(validation)
        .setTest(test)
        .setSeed(seed)
        .build();
  }

  private static int[] counts(Part[] parts, int[] labels, int classes, Part wanted) {
    int[] counts = new int[classes];
    for (int i = 0; i < parts.length; i++) {
      counts[labels[i]] += parts[i] == wanted ? 1 : 0;
    }
    return counts;
  }

  private static Set<Integer> rows(Part[] parts) {
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < parts.length; i++) {
      if (parts[i] == Part.TRAIN) {
        rows.add(i);
      }
    }
    return rows;
  }
}
