package io.stitchflow.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ExtensionStage;
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

  private static Action extension(String parameters) {
    return Action.newBuilder()
        .setExtension(
            ExtensionStage.newBuilder()
                .setStage("count_classes")
                .setParameters(ByteString.copyFromUtf8(parameters)))
        .build();
  }
}
