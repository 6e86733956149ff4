package io.stitchflow.stage;

import io.stitchflow.gc.Eviction;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Stage;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A kind of stage: its name and nouns, version, inputs and outputs, and its executor. The {@link
 * StageRegistry} has one instance of each, compared by identity.
 */
public abstract class StageDefinition {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  private final String name;
  private final int version;
  private final Phase phase;
  private final String noun;
  private final String plural;
  private final List<String> roles;
  private final List<StageOutput> outputs;
  private final boolean usesTorch;
  private final boolean readsSourceFiles;
  private final boolean costIsArithmetic;
  private final Eviction eviction;

  /**
   * @throws IllegalArgumentException if a trait is missing or invalid
   */
  protected StageDefinition(StageTraits traits) {
    this.name = traits.name;
    this.version = traits.version;
    this.phase = traits.phase;
    this.noun = traits.noun;
    this.plural = traits.plural;
    this.roles = List.copyOf(traits.roles);
    this.outputs = List.copyOf(traits.outputs);
    this.usesTorch = traits.usesTorch;
    this.readsSourceFiles = traits.readsSourceFiles;
    this.costIsArithmetic = traits.costIsArithmetic;
    this.eviction = traits.eviction;
    require(NAME.matcher(name).matches(), "a name in lower case with underscores");
    require(version >= 1, "a version of at least 1");
    require(!noun.isBlank() && !plural.isBlank(), "a noun in singular and plural");
    require(!outputs.isEmpty(), "outputs");
    require(
        outputs.stream().map(StageOutput::name).distinct().count() == outputs.size(),
        "outputs with different names");
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException("stage '" + name + "' needs " + what);
    }
  }

  /**
   * Identifies the kind, in lower case with underscores: the field of {@link Action} that holds its
   * parameters, such as {@code train_network}, or the name in an action's extension.
   */
  public final String name() {
    return name;
  }

  /** What one stage makes, for people: {@code network}. */
  public final String noun() {
    return noun;
  }

  /** What several stages make, for people: {@code networks}. */
  public final String plural() {
    return plural;
  }

  /** At least 1; raised whenever what the stage computes changes. Part of every key. */
  public final int version() {
    return version;
  }

  /** When and in which PTransform the stages run. */
  public final Phase phase() {
    return phase;
  }

  /** Roles of the inputs; one {@code *} stands for any text: {@code comparison[*]}. */
  public final List<String> roles() {
    return roles;
  }

  /** All files that a stage may publish. */
  public final List<StageOutput> outputs() {
    return outputs;
  }

  /** Whether libtorch computes, so that its version and device are part of the key. */
  public final boolean usesTorch() {
    return usesTorch;
  }

  /** Whether it reads files outside the store, which only the submitting machine has. */
  public final boolean readsSourceFiles() {
    return readsSourceFiles;
  }

  /**
   * Whether its cost counts multiply-accumulates. False where reading and writing dominate, and the
   * cost only expresses the time that they take.
   */
  public final boolean costIsArithmetic() {
    return costIsArithmetic;
  }

  /** When its outputs may be evicted from a store that is too large. */
  public final Eviction eviction() {
    return eviction;
  }

  /**
   * The stages of this kind that an experiment has, for extensions; {@code Planner} plans the
   * stages of Stitchflow itself. Version and toolchain may be left out.
   *
   * @param experiment valid, every default explicit
   * @param planned all stages of the kinds before this one
   */
  public List<Stage> plan(Experiment experiment, List<Stage> planned) {
    return List.of();
  }

  /** A new executor, no lambda: its class file says what code the stage computes with. */
  public abstract StageExecutor executor();

  /**
   * The action in a few words, without the noun: {@code ResNet(1,1,1,1)/16 seed 1, 20 epochs}.
   * Names are as the user wrote them.
   */
  public abstract String describe(Action action, Provenance provenance);

  /**
   * The network that the action makes or that its inputs come from, or {@code ?} where that is not
   * recorded.
   *
   * @param roles of inputs that lead to the network, in this order
   */
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return Descriptions.networkBehind(action, roles, provenance);
  }

  /** The representation that the action makes, or null where it makes none. */
  public @Nullable String describeRepresentation(Action action, Provenance provenance) {
    return null;
  }

  /** Whether a stage may have an input in this role. */
  public boolean hasRole(String role) {
    return roles.stream().anyMatch(each -> Wildcard.matches(each, role));
  }

  /** The format of an output; {@link BlobFormat#OTHER} where the stage has no such output. */
  public BlobFormat format(String output) {
    return outputs.stream()
        .filter(each -> each.matches(output))
        .map(StageOutput::format)
        .findFirst()
        .orElse(BlobFormat.OTHER);
  }

  /** All definitions, in the order in which an experiment runs them. */
  public static List<StageDefinition> all() {
    return StageRegistry.installed().all();
  }

  /**
   * The definition of a stage.
   *
   * @throws IllegalArgumentException if the registry has none
   */
  public static StageDefinition of(Stage stage) {
    return of(stage.getAction());
  }

  /**
   * The definition of an action's stage.
   *
   * @throws IllegalArgumentException if the registry has none
   */
  public static StageDefinition of(Action action) {
    return StageRegistry.installed().get(action);
  }

  /**
   * The definition with this name.
   *
   * @throws IllegalArgumentException if the registry has none
   */
  public static StageDefinition named(String name) {
    return StageRegistry.installed().get(name);
  }

  /** The definition of an action's stage; null for an action of another version of the program. */
  public static @Nullable StageDefinition find(Action action) {
    return StageRegistry.installed().find(action);
  }
}
