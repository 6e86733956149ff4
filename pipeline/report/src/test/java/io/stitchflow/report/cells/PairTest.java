package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PairTest {
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);
  private static final ReportNetwork B = Fixtures.network("b", 2, false, 1, 1);

  @Test
  void gate10_selfPairs_areThoseOfEqualDigests() {
    ReportNetwork imported = B.toBuilder().setImported(true).build();
    ReportNetwork other = Fixtures.network("c", 1, false, 1, 2);
    for (ReportNetwork sender : List.of(A, B, imported, other, Fixtures.random(A))) {
      for (ReportNetwork receiver : List.of(A, B, imported, other, Fixtures.random(A))) {
        assertThat(kind(sender, "same", receiver, "same")).isEqualTo(Pair.Kind.SELF);
        // Also under one name, as a network that was trained again on another device
        assertThat(kind(sender, "x", receiver, "y")).isNotEqualTo(Pair.Kind.SELF);
      }
    }
  }

  @Test
  void kind_oneRecipeTwoSeeds_isASeedPair() {
    assertThat(kind(A, "x", B, "y")).isEqualTo(Pair.Kind.SEED);
    assertThat(kind(Fixtures.random(A), "x", Fixtures.random(B), "y")).isEqualTo(Pair.Kind.SEED);
  }

  @Test
  void kind_importedWeights_areNeverTwoSeeds() {
    ReportNetwork imported = B.toBuilder().setImported(true).build();
    assertThat(kind(A, "x", imported, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
    assertThat(kind(imported, "y", A, "x")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
  }

  @Test
  void kind_importedWithOneRecipe_isASeedPair() {
    ReportNetwork one = A.toBuilder().setImported(true).setImportedRecipe("r").build();
    ReportNetwork two = one.toBuilder().setName("b").build();
    assertThat(kind(one, "x", two, "y")).isEqualTo(Pair.Kind.SEED);
    assertThat(kind(one, "x", two.toBuilder().setImportedRecipe("s").build(), "y"))
        .isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
    assertThat(kind(one, "x", B, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
    assertThat(kind(one, "x", two.toBuilder().setWidth(17).build(), "y"))
        .isEqualTo(Pair.Kind.OTHER);
  }

  @Test
  void kind_otherRecipe_isNotTwoSeeds() {
    ReportNetwork longer =
        B.toBuilder().setRecipe(TrainingRecipe.newBuilder().setEpochs(40)).build();
    assertThat(kind(A, "x", longer, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
    assertThat(kind(Fixtures.random(A), "x", B, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
    ReportNetwork elsewhere = B.toBuilder().setDataset("another").build();
    assertThat(kind(A, "x", elsewhere, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
  }

  @Test
  void kind_randomControlOfItself_isNotSelf() {
    assertThat(kind(Fixtures.random(A), "x", A, "y")).isEqualTo(Pair.Kind.SAME_ARCHITECTURE);
  }

  @Test
  void kind_otherArchitectureOrWidth_isOther() {
    assertThat(kind(A, "x", Fixtures.network("c", 1, false, 1, 2), "y")).isEqualTo(Pair.Kind.OTHER);
    assertThat(kind(A, "x", B.toBuilder().setWidth(17).build(), "y")).isEqualTo(Pair.Kind.OTHER);
  }

  private static Pair.Kind kind(
      ReportNetwork sender, String senderDigest, ReportNetwork receiver, String receiverDigest) {
    return Pair.Kind.of(row(sender, senderDigest), row(receiver, receiverDigest));
  }

  private static NetworkRow row(ReportNetwork network, String digest) {
    return NetworkRow.of(network, Fixtures.curve(0.9), digest, "", Fixtures.TEN_CLASSES);
  }
}
