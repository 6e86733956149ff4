package io.stitchflow.code;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.stitchflow.content.Digest;
import org.junit.jupiter.api.Test;

final class MessagesTest {
  @Test
  void written_numberNameTypeOrLabelOfAField_matters() throws DescriptorValidationException {
    Digest usual =
        Messages.written(
            message(
                field(
                    "ev",
                    1,
                    FieldDescriptorProto.Type.TYPE_DOUBLE,
                    FieldDescriptorProto.Label.LABEL_OPTIONAL)));
    assertThat(
            Messages.written(
                message(
                    field(
                        "ev",
                        1,
                        FieldDescriptorProto.Type.TYPE_DOUBLE,
                        FieldDescriptorProto.Label.LABEL_OPTIONAL))))
        .isEqualTo(usual);
    for (FieldDescriptorProto.Builder other :
        new FieldDescriptorProto.Builder[] {
          field(
              "ev",
              2,
              FieldDescriptorProto.Type.TYPE_DOUBLE,
              FieldDescriptorProto.Label.LABEL_OPTIONAL),
          field(
              "es",
              1,
              FieldDescriptorProto.Type.TYPE_DOUBLE,
              FieldDescriptorProto.Label.LABEL_OPTIONAL),
          field(
              "ev",
              1,
              FieldDescriptorProto.Type.TYPE_FLOAT,
              FieldDescriptorProto.Label.LABEL_OPTIONAL),
          field(
              "ev",
              1,
              FieldDescriptorProto.Type.TYPE_DOUBLE,
              FieldDescriptorProto.Label.LABEL_REPEATED)
        }) {
      assertThat(Messages.written(message(other))).isNotEqualTo(usual);
    }
  }

  @Test
  void of_builderOrInterface_isTheMessages() {
    Messages messages = new Messages();
    assertThat(messages.of("Comparison").keySet())
        .containsExactly(
            "message Comparison",
            "message MeasuredValue",
            "message Measurement",
            "message SeriesPoint");
    assertThat(messages.of("Comparison$Builder")).isEqualTo(messages.of("Comparison"));
    assertThat(messages.of("Condition")).isEmpty();
    assertThat(messages.of("Action$ParametersCase")).isEmpty();
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type, FieldDescriptorProto.Label label) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(label);
  }

  private static Descriptor message(FieldDescriptorProto.Builder field)
      throws DescriptorValidationException {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("sample.proto")
            .setSyntax("proto3")
            .addMessageType(DescriptorProto.newBuilder().setName("Sample").addField(field))
            .build();
    return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Sample");
  }
}
