package io.stitchflow.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CodeGuardTest {
  private static final Map<String, String> TRAINER = Map.of("io.stitchflow.Trainer", "1");
  private static final Map<String, String> OTHER_TRAINER = Map.of("io.stitchflow.Trainer", "2");
  private static final CodeVersions RECORDED = recorded(stage(2, "aa", TRAINER));

  @Test
  void problems_nothingChanged_areNone() {
    assertThat(stage(2, "aa", TRAINER).problems(RECORDED)).isEmpty();
  }

  @Test
  void problems_codeChangedUnderTheSameVersion_nameStageClassesAndBothWaysOut() {
    CodeGuard changed =
        stage(
            2,
            "bb",
            Map.of("io.stitchflow.Trainer", "2", "io.stitchflow.Rate", "1", "library ejml", "2"));
    CodeVersions recorded =
        recorded(
            stage(
                2,
                "aa",
                Map.of(
                    "io.stitchflow.Trainer", "1", "io.stitchflow.Old", "1", "library ejml", "1")));
    assertThat(changed.problems(recorded))
        .containsExactly(
            """
            TRAIN (version 2): other code under the same version:
              removed io.stitchflow.Old
              added   io.stitchflow.Rate
              changed io.stitchflow.Trainer
              changed library ejml: 1 -> 2
            If results can change, raise the version of the stage in its StageDefinition, name it in ci/CHANGELOG.md, and run: ci/code-versions update
            If they cannot, run: ci/code-versions accept "why results stay the same"\
            """);
  }

  @Test
  void problems_oneClassOfSeveralStages_areReportedOnce() {
    CodeVersions recorded = recorded(stages(17, "aa", TRAINER, "FIT", "TRAIN"));
    assertThat(stages(17, "bb", OTHER_TRAINER, "FIT", "TRAIN").problems(recorded))
        .singleElement()
        .asString()
        .startsWith("FIT (version 2), TRAIN (version 2): other code");
  }

  @Test
  void updated_codeChangedUnderTheSameVersion_needsAReasonAndKeepsIt() {
    CodeGuard changed = stage(2, "bb", OTHER_TRAINER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> changed.updated(RECORDED, null))
        .withMessageContaining("the code of TRAIN changed and the version did not");
    CodeVersions accepted = changed.updated(RECORDED, "only the log differs");
    assertThat(changed.problems(accepted)).isEmpty();
    assertThat(accepted.text())
        .contains(
            "stage TRAIN 2 aa\n",
            "accepted TRAIN bb only the log differs\n",
            "code TRAIN 2 io.stitchflow.Trainer\n");
    assertThat(stage(2, "cc", TRAINER).problems(accepted)).hasSize(1);
    // What was recorded before needs no reason again
    assertThat(stage(2, "aa", TRAINER).problems(stage(2, "aa", TRAINER).updated(accepted, null)))
        .isEmpty();
  }

  @Test
  void reasonWrittenByHand_withoutTheDigest_doesNotCount() {
    CodeVersions forged =
        CodeVersions.parse(RECORDED.text().replace("code TRAIN 1", "code TRAIN 2"));
    assertThat(stage(2, "bb", OTHER_TRAINER).problems(forged))
        .singleElement()
        .asString()
        .contains("no reason covers it as it is");
  }

  @Test
  void updated_versionRaised_needsNoReasonAndForgetsThoseOfBefore() {
    CodeVersions accepted = stage(2, "bb", OTHER_TRAINER).updated(RECORDED, "because");
    CodeGuard raised = stage(3, "cc", OTHER_TRAINER);
    assertThat(raised.problems(accepted))
        .containsExactly("TRAIN: is at version 3 now, recorded is 2; run: ci/code-versions update");
    CodeVersions updated = raised.updated(accepted, null);
    assertThat(updated.text()).contains("stage TRAIN 3 cc\n").doesNotContain("accepted");
    assertThat(raised.problems(updated)).isEmpty();
  }

  @Test
  void versionFallen_isAProblemThatNoReasonMends() {
    CodeGuard fallen = stage(1, "aa", TRAINER);
    assertThat(fallen.problems(RECORDED))
        .singleElement()
        .asString()
        .contains("its version fell from 2 to 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fallen.updated(RECORDED, "because"))
        .withMessageContaining("raise it above 2");
  }

  @Test
  void stageNewOrDeleted_isRecordedByAnUpdate() {
    CodeGuard both = stages(17, "aa", TRAINER, "FIT", "TRAIN");
    assertThat(both.problems(RECORDED))
        .containsExactly("FIT: is new; run: ci/code-versions update");
    CodeVersions recorded = both.updated(RECORDED, null);
    assertThat(both.problems(recorded)).isEmpty();
    CodeGuard one = stage(2, "aa", TRAINER);
    assertThat(one.problems(recorded)).hasSize(1);
    assertThat(one.updated(recorded, null)).isEqualTo(RECORDED);
  }

  @Test
  void file_withLinesOfTwoBranches_isReadAndWrittenAnew() {
    CodeVersions one = stage(2, "bb", OTHER_TRAINER).updated(RECORDED, "one");
    CodeVersions two =
        stage(2, "cc", Map.of("io.stitchflow.Trainer", "3")).updated(RECORDED, "two");
    CodeVersions merged = CodeVersions.parse(one.text() + two.text());
    CodeGuard now = stage(2, "dd", Map.of("io.stitchflow.Trainer", "4"));
    assertThat(now.problems(merged)).hasSize(1);
    CodeVersions accepted = now.updated(merged, "both");
    assertThat(accepted.text())
        .contains("accepted TRAIN bb one\naccepted TRAIN cc two\naccepted TRAIN dd both\n");
    assertThat(now.problems(accepted)).isEmpty();
    assertThat(CodeVersions.parse(accepted.text())).isEqualTo(accepted);
  }

  @Test
  void problems_onAnotherJava_areOfWhatNoCompilerMakes() {
    CodeVersions recorded =
        recorded(stage(2, "aa", Map.of("io.stitchflow.Trainer", "1", "library ejml", "1")));
    Map<String, String> otherwise = Map.of("io.stitchflow.Trainer", "2", "library ejml", "1");
    CodeGuard compiled = stages(21, "bb", otherwise, "TRAIN");
    assertThat(compiled.problems(recorded)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compiled.updated(recorded, "because"))
        .withMessageContaining("written with Java 17, this is Java 21");
    assertThat(stages(21, "bb", Map.of("library ejml", "2"), "TRAIN").problems(recorded))
        .singleElement()
        .asString()
        .contains("library ejml: 1 -> 2");
  }

  @Test
  void parse_lineThatIsNone_isNamed() {
    for (String line :
        new String[] {"<<<<<<< HEAD", "stage TRAIN two aa", "code TRAIN", "java x"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CodeVersions.parse(RECORDED.text() + line + "\n"))
          .withMessageContaining("'" + line + "'");
    }
  }

  @Test
  void reason_ofATask_isOneLineAndNeverEmpty() {
    assertThat(CodeGuard.reason("update")).isNull();
    assertThat(CodeGuard.reason("accept only\n  logs")).isEqualTo("only logs");
    for (String task : new String[] {"accept", "accept  ", "forget"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CodeGuard.reason(task))
          .withMessageContaining("why results stay the same");
    }
  }

  private static CodeVersions recorded(CodeGuard guard) {
    return guard.updated(new CodeVersions(guard.java(), Map.of()), null);
  }

  private static CodeGuard stage(int version, String digest, Map<String, String> parts) {
    return new CodeGuard(
        17, Map.of("TRAIN", new StageState(version, digest, new TreeMap<>(parts))));
  }

  private static CodeGuard stages(
      int java, String digest, Map<String, String> parts, String... names) {
    Map<String, StageState> stages = new TreeMap<>();
    for (String name : names) {
      stages.put(name, new StageState(2, digest, new TreeMap<>(parts)));
    }
    return new CodeGuard(java, stages);
  }
}
