package io.stitchflow.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ExtensionStage;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import org.junit.jupiter.api.Test;

class FieldsTest {
  @Test
  void of_extensionsWithOtherParametersOfTheSameLength_differInThem() {
    assertThat(Difference.between(Fields.of(extension("a")), Fields.of(extension("b"))))
        .extracting(Difference::field)
        .containsExactly("parameters");
    assertThat(Fields.of(extension("a")))
        .containsEntry("stage", "count_classes")
        .containsEntry("parameters", "1 bytes, SHA-256 ca978112");
  }

  @Test
  void of_elementsWithNames_areNamed() {
    ReportNetwork a = ReportNetwork.newBuilder().setName("a").setSeed(1).build();
    ReportNetwork control = a.toBuilder().setRandom(true).setSeed(2).build();
    ReportNetwork again = a.toBuilder().setSeed(3).build();
    WriteReport report =
        WriteReport.newBuilder().addNetwork(a).addNetwork(control).addNetwork(again).build();
    assertThat(Fields.of(report))
        .containsEntry("network[a].seed", "1")
        .containsEntry("network[random a].seed", "2")
        .containsEntry("network[2].seed", "3");
  }

  private static Action extension(String parameters) {
    return Action.newBuilder()
        .setExtension(
            ExtensionStage.newBuilder()
                .setStage("count_classes")
                .setParameters(ByteString.copyFromUtf8(parameters)))
        .build();
  }
}
