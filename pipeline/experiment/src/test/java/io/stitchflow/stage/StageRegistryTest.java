package io.stitchflow.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Action.ParametersCase;
import io.stitchflow.v1.ExtensionStage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract of all stage definitions, and how they are found. */
class StageRegistryTest {
  private static final Provenance NOTHING_RECORDED = (action, role) -> List.of();

  @TestFactory
  List<DynamicTest> definition_ofEachStage_isComplete() {
    return StageRegistry.builtIn().stream()
        .map(stage -> DynamicTest.dynamicTest(stage.name(), () -> checkComplete(stage)))
        .toList();
  }

  private static void checkComplete(StageDefinition stage) {
    assertThat(stage.noun()).isNotBlank();
    assertThat(stage.plural()).isNotBlank();
    assertThat(stage.version()).isPositive();
    assertThat(stage.roles()).isNotEmpty().doesNotHaveDuplicates();
    assertThat(stage.outputs())
        .isNotEmpty()
        .allSatisfy(output -> assertThat(output.format()).isNotEqualTo(BlobFormat.OTHER));
    Action action = ofDefaults(stage.name());
    assertThat(StageDefinition.of(action)).isSameAs(stage);
    assertThat(stage.describe(action, NOTHING_RECORDED)).isNotBlank();
    assertThat(StageRegistry.eviction(action)).isEqualTo(stage.eviction());
  }

  @Test
  void definitions_all_areOneForEachKindOfParameters() {
    List<String> kinds =
        Arrays.stream(ParametersCase.values())
            .filter(each -> each != ParametersCase.EXTENSION)
            .filter(each -> each != ParametersCase.PARAMETERS_NOT_SET)
            .map(each -> each.name().toLowerCase(Locale.ROOT))
            .toList();
    assertThat(StageRegistry.builtIn())
        .extracting(StageDefinition::name)
        .containsExactlyInAnyOrderElementsOf(kinds);
  }

  @Test
  void nouns_all_differ() {
    assertThat(StageDefinition.all()).extracting(StageDefinition::noun).doesNotHaveDuplicates();
    assertThat(StageDefinition.all()).extracting(StageDefinition::plural).doesNotHaveDuplicates();
  }

  @Test
  void all_installedStages_areInTheOrderOfPhasesAndCoverEachPhase() {
    List<Phase> phases = StageDefinition.all().stream().map(StageDefinition::phase).toList();
    assertThat(phases).isSorted().contains(Phase.values());
  }

  @Test
  void all_extensionOfAnEarlyPhase_followsTheStagesOfItsPhase() {
    StageDefinition early = new Extension("count_classes", Phase.TRAIN_NETWORKS);
    List<StageDefinition> all = with(early).all();
    assertThat(all.get(all.indexOf(early) - 1).name()).isEqualTo("train_network");
    assertThat(all.get(all.indexOf(early) + 1).name()).isEqualTo("collect_representation");
  }

  @Test
  void find_actionOfAnExtension_isFoundByItsName() {
    StageDefinition extension = new Extension("count_classes", Phase.IMPORT_DATASETS);
    StageRegistry registry = new StageRegistry(List.of(extension));
    assertThat(registry.find(extension("count_classes"))).isSameAs(extension);
    assertThat(registry.find(extension("count_images"))).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.get(extension("count_images")))
        .withMessage("there is no stage 'count_images'; choose one of count_classes");
  }

  @Test
  void registry_extensionWithTheNameOfAStage_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(new Extension("train_network", Phase.TRAIN_NETWORKS)))
        .withMessage("the stage 'train_network' is registered twice");
  }

  @Test
  void definition_incomplete_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Extension("Count", Phase.IMPORT_DATASETS))
        .withMessage("stage 'Count' needs a name in lower case with underscores");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Extension(
                    StageTraits.of("count", 1, Phase.IMPORT_DATASETS).makes("count", "counts")))
        .withMessage("stage 'count' needs outputs");
  }

  @Test
  void format_outputsOfAReport_areThoseOfTheirNames() {
    StageDefinition report = StageDefinition.named("write_report");
    assertThat(report.format("heatmaps/a_b.svg")).isEqualTo(BlobFormat.SVG);
    assertThat(report.format("cells.csv")).isEqualTo(BlobFormat.CSV);
    assertThat(report.format("report.html")).isEqualTo(BlobFormat.HTML);
    assertThat(report.format("page.html")).isEqualTo(BlobFormat.OTHER);
  }

  @Test
  void hasRole_withIndex_matchesTheWildcard() {
    StageDefinition report = StageDefinition.named("write_report");
    assertThat(report.hasRole("comparison[12]")).isTrue();
    assertThat(report.hasRole("comparison")).isFalse();
    assertThat(report.hasRole("validation")).isFalse();
  }

  private static StageRegistry with(StageDefinition extension) {
    List<StageDefinition> definitions = new ArrayList<>(StageRegistry.builtIn());
    definitions.add(extension);
    return new StageRegistry(definitions);
  }

  private static Action ofDefaults(String name) {
    Action.Builder action = Action.newBuilder();
    var field = Action.getDescriptor().findFieldByName(name);
    return action.setField(field, action.newBuilderForField(field).build()).build();
  }

  private static Action extension(String name) {
    return Action.newBuilder().setExtension(ExtensionStage.newBuilder().setStage(name)).build();
  }

  private static final class Extension extends StageDefinition {
    Extension(String name, Phase phase) {
      this(
          StageTraits.of(name, 1, phase).makes("count", "counts").writes("count", BlobFormat.TEXT));
    }

    Extension(StageTraits traits) {
      super(traits);
    }

    @Override
    public StageExecutor executor() {
      return (runs, progress) -> {};
    }

    @Override
    public String describe(Action action, Provenance provenance) {
      return "of classes";
    }
  }
}
