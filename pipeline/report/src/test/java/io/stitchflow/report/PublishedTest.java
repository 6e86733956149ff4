package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.v1.ReportNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PublishedTest {
  private static final ReportNetwork SMALL = Fixtures.network("a", 1, false, 1, 2, 2, 1);

  @Test
  void published_papersNetworksOnCifar10_areComparable() {
    ReportNetwork part = SMALL.toBuilder().setDataset("CIFAR-10, 40000 train").build();
    assertThat(Published.isOf(List.of(SMALL, part))).isTrue();
  }

  @Test
  void published_senderWithoutNetwork_changesNothing() {
    ReportNetwork sender = Fixtures.sender("none", "pixels");
    assertThat(Published.isOf(List.of(SMALL, sender))).isTrue();
    ReportNetwork other = SMALL.toBuilder().setDataset("synthetic").build();
    assertThat(Published.isOf(List.of(other, sender))).isFalse();
  }

  @Test
  void published_otherDataset_isNotComparable() {
    for (String dataset : List.of("CIFAR-100", "CIFAR-100 superclasses", "synthetic", "animals")) {
      ReportNetwork other = SMALL.toBuilder().setDataset(dataset).build();
      assertThat(Published.isOf(List.of(SMALL, other))).as(dataset).isFalse();
    }
  }

  @Test
  void published_otherArchitecture_isNotComparable() {
    ReportNetwork resnet34 = Fixtures.network("b", 1, false, 3, 4, 6, 3);
    assertThat(Published.isOf(List.of(SMALL, resnet34))).isFalse();
    for (String architecture : List.of("PlainNet(1,1,1,1)", "Described(3f9a12bc)")) {
      ReportNetwork other = SMALL.toBuilder().setArchitecture(architecture).build();
      assertThat(Published.isOf(List.of(SMALL, other))).as(architecture).isFalse();
    }
  }
}
