package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.stitchflow.spec.ExperimentDefaults;
import io.stitchflow.v1.Experiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pages of the manual that are generated: {@code ci/reference-pages} writes them. */
final class ReferencePagesTest {
  /** Whether to write the pages in place of comparing them. */
  private static final boolean WRITE = Boolean.getBoolean("stitchflow.reference-pages");

  private static final Path DOCS = DocumentCommand.ROOT.resolve("pipeline/docs");
  private static final Path PROTO =
      DocumentCommand.ROOT.resolve("proto/src/main/proto/stitchflow/v1/experiment.proto");

  @Test
  void experimentPage_ofTheProto_isTheOneInTheManual() throws IOException {
    check("reference-experiment.md", new ExperimentReference(Files.readString(PROTO)).page());
  }

  @Test
  void commandPage_ofTheHelp_isTheOneInTheManual() throws IOException {
    check(
        "reference-commands.md",
        new CommandReference(Stitchflow.line(new Screen().terminal(false), Map.of())).page());
  }

  /** Where a comment says a plain value, that is what is filled in. */
  @Test
  void defaults_ofPlainValues_areThoseThatAreFilledIn() throws IOException {
    ProtoComments comments = ProtoComments.parse(Files.readString(PROTO));
    Experiment filled =
        ExperimentDefaults.fill(
            TextFormat.parse(
                """
                name: "x"
                dataset { synthetic {} }
                network { name: "a" architecture: "ResNet18" }
                """,
                Experiment.class));
    List<String> compared = new ArrayList<>();
    for (Message message :
        List.of(
            filled.getDataset().getSynthetic(),
            filled.getNetwork(0),
            filled.getNetwork(0).getRecipe(),
            filled.getRepresentation(),
            filled.getVanilla(),
            filled.getVanilla().getRecipe(),
            filled.getCopy())) {
      for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
        String said =
            ExperimentReference.whenUnset(
                    comments.of(message.getDescriptorForType().getName(), field.getName()))
                .replaceFirst("(;| for vanilla|, with).*", "");
        if (said.matches("[0-9.e-]+|true|false|[A-Z_]+")) {
          compared.add(field.getName());
          Message written =
              TextFormat.parse(field.getName() + ": " + said, defaultInstance(message).getClass());
          assertThat(message.getField(field))
              .as(field.getFullName())
              .isEqualTo(written.getField(field));
        }
      }
    }
    assertThat(compared).contains("train_examples", "width", "learning_rate", "solver", "whiten");
  }

  private static Message defaultInstance(Message message) {
    return message.getDefaultInstanceForType();
  }

  private static void check(String name, String page) throws IOException {
    Path file = DOCS.resolve(name);
    if (WRITE) {
      Files.writeString(file, page);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as("pipeline/docs/%s is not up to date; run: ci/reference-pages", name)
        .isEqualTo(page);
  }
}
