package io.stitchflow.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.stitchflow.code.StageCode;
import io.stitchflow.content.ExitCoded;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stage.StageRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The code of the stages there are. */
final class CodeVersionsTest {
  /** What {@code ci/code-versions} asks for: {@code update}, or {@code accept} and a reason. */
  private static final String TASK = "stitchflow.code-versions";

  private static final Path FILE = Path.of("code-versions.txt");
  private static final Map<StageDefinition, StageCode> CODES = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    CODES.putAll(StageCode.of(StageRegistry.builtIn()));
  }

  @Test
  void stages_all_computeWithCodeThatIsRecordedForTheirVersion() throws IOException {
    Map<String, StageState> stages = new LinkedHashMap<>();
    CODES.forEach(
        (kind, code) ->
            stages.put(kind.name().toUpperCase(Locale.ROOT), StageState.of(kind.version(), code)));
    CodeGuard guard = new CodeGuard(Runtime.version().feature(), stages);
    String task = System.getProperty(TASK, "");
    if (!task.isEmpty()) {
      Files.writeString(FILE, guard.updated(recorded(), CodeGuard.reason(task)).text());
    }
    List<String> problems = guard.problems(recorded());
    assertThat(problems).withFailMessage(() -> String.join("\n\n", problems)).isEmpty();
    if (guard.java() == recorded().java()) {
      assertThat(FILE).hasContent(recorded().text());
    }
  }

  @Test
  void stages_all_areKnownByTheirCode() {
    assertThat(CODES).containsOnlyKeys(StageRegistry.builtIn());
    CODES.forEach(
        (stage, code) ->
            assertThat(code.parts()).containsKey(stage.executor().getClass().getName()));
  }

  @Test
  void stages_all_reachNeitherPlansNorTheStore() {
    CODES.forEach(
        (kind, code) ->
            assertThat(code.parts().keySet())
                .as(kind.name())
                .noneMatch(part -> part.startsWith("io.stitchflow.plan."))
                .doesNotContain(
                    "io.stitchflow.memo.Memo",
                    "io.stitchflow.memo.MemoRun",
                    "io.stitchflow.store.Store"));
  }

  /**
   * An implementation that no stage mentions would compute for it without being looked at. The
   * source of a sender without a network is for plans alone: its stages get the fields of one cut.
   */
  @Test
  void implementations_ofWhatStagesReach_areMentionedByAStageExceptInputsAndPlans() {
    Set<String> reached = new TreeSet<>();
    CODES.values().forEach(code -> reached.addAll(code.parts().keySet()));
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/io/stitchflow/v1/"))
            .importPackages("io.stitchflow");
    Set<String> unseen = new TreeSet<>();
    for (JavaClass type : classes) {
      // Of exceptions with an exit code results have no bytes
      if (reached.contains(type.getName()) && !type.isEquivalentTo(ExitCoded.class)) {
        type.getAllSubclasses().forEach(subclass -> unseen.add(subclass.getName()));
      }
    }
    assertThat(unseen).contains("io.stitchflow.stitch.Pointwise");
    unseen.removeAll(reached);
    assertThat(unseen)
        .containsExactly(
            "io.stitchflow.memo.KeyCheckpoint",
            "io.stitchflow.memo.MemoRun",
            "io.stitchflow.representation.RepresentationSource");
  }

  private static CodeVersions recorded() throws IOException {
    return CodeVersions.parse(Files.readString(FILE));
  }
}
