package io.stitchflow.stage;

import io.stitchflow.content.StageName;
import io.stitchflow.gc.Eviction;
import io.stitchflow.registry.Registry;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Action.ParametersCase;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * All kinds of stages, in the order in which an experiment runs them: by phase, and within a phase
 * in the order of registration, so that no stage depends on one of a later kind.
 *
 * <p>Stages of Stitchflow are listed here. Extensions are found by {@link ServiceLoader}: name the
 * definition's class in {@code META-INF/services/io.stitchflow.stage.StageDefinition}; they follow
 * the other stages of their phase.
 */
public final class StageRegistry {
  private static final List<StageDefinition> BUILT_IN =
      List.of(
          new ImportDatasetStage(),
          new ImportNetworkStage(),
          new PackProgramStage(),
          new ImportProgramStage(),
          new TrainNetworkStage(),
          new CollectRepresentationStage(),
          new ImportRepresentationStage(),
          new MakeRepresentationStage(),
          new CollectGramStage(),
          new CollectCrossMomentsStage(),
          new SolveCopyStitchStage(),
          new FitCopyStitchStage(),
          new FitVanillaStitchStage(),
          new CompareStitchesStage(),
          new WriteReportStage());

  private final Registry<StageDefinition> all;
  private final Map<ParametersCase, StageDefinition> byParameters =
      new EnumMap<>(ParametersCase.class);

  /**
   * A registry of these definitions.
   *
   * @throws IllegalArgumentException if two have one name
   */
  StageRegistry(Collection<StageDefinition> definitions) {
    all =
        new Registry<>(
            "stage",
            StageDefinition::name,
            definitions.stream().sorted(Comparator.comparing(StageDefinition::phase)).toList());
    for (ParametersCase parameters : ParametersCase.values()) {
      StageDefinition definition = all.find(parameters.name().toLowerCase(Locale.ROOT));
      if (definition != null) {
        byParameters.put(parameters, definition);
      }
    }
  }

  /** The stages of Stitchflow and all extensions on the class path. */
  public static StageRegistry installed() {
    return Installed.REGISTRY;
  }

  /** The stages of Stitchflow itself. */
  public static List<StageDefinition> builtIn() {
    return BUILT_IN;
  }

  /** The outputs of a stage that the registry does not know are never evicted. */
  public static Eviction eviction(Action action) {
    StageDefinition definition = installed().find(action);
    return definition == null ? Eviction.NEVER : definition.eviction();
  }

  /** In the order in which an experiment runs them. */
  List<StageDefinition> all() {
    return all.all();
  }

  @Nullable StageDefinition find(Action action) {
    return action.hasExtension()
        ? all.find(StageName.of(action))
        : byParameters.get(action.getParametersCase());
  }

  StageDefinition get(Action action) {
    StageDefinition definition = find(action);
    return definition == null ? get(StageName.of(action)) : definition;
  }

  StageDefinition get(String name) {
    return all.get(name);
  }

  /** Loaded at first use. */
  private static final class Installed {
    static final StageRegistry REGISTRY =
        new StageRegistry(Registry.withExtensions(StageDefinition.class, BUILT_IN));
  }
}
