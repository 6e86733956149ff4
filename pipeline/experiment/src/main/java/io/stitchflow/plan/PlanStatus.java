package io.stitchflow.plan;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.Memo;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Records;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a plan is in the store already. Keys need only digests, which records hold; so a stage is
 * a hit without its blobs, unless a stage that must run reads them or they are what the user asked
 * for.
 */
public final class PlanStatus {
  private final List<StageStatus> stages;

  private PlanStatus(List<StageStatus> stages) {
    this.stages = List.copyOf(stages);
  }

  /** Whether a stage has to run. */
  public enum State {
    /** Its result is there. */
    HIT,
    /** It has to run. */
    RUN,
    /** Its key is known only once other stages have run. */
    WAIT
  }

  /**
   * One stage, in the order of the plan.
   *
   * @param reason why it runs, or what it waits for; empty for a hit
   * @param known its result, where it is a hit
   */
  public record StageStatus(Stage stage, State state, String reason, @Nullable StageResult known) {
    /** With {@code more} in the reason. */
    public StageStatus because(String more) {
      return new StageStatus(stage, state, reason + ": " + more, known);
    }
  }

  /**
   * Looks up every stage of {@code plan}; reads records and sizes, and the bytes only of what
   * nobody else reads: the report.
   */
  public static PlanStatus of(Plan plan, Memo memo) throws IOException {
    try (Records records = memo.records()) {
      return new Surveyor(memo, records).survey(plan);
    }
  }

  public List<StageStatus> stages() {
    return stages;
  }

  /** Whether nothing has to run. */
  public boolean complete() {
    return stages.stream().allMatch(status -> status.state() == State.HIT);
  }

  /** Results of the stages that need not run. */
  public List<StageResult> known() {
    List<StageResult> known = new ArrayList<>();
    for (StageStatus status : stages) {
      if (status.known() != null) {
        known.add(status.known());
      }
    }
    return known;
  }

  /** What is not a hit, by group, in the order of the plan. */
  public List<StageGroup> missing() {
    Map<String, StageGroup.Builder> groups = new LinkedHashMap<>();
    for (StageStatus status : stages) {
      if (status.state() != State.HIT) {
        groups
            .computeIfAbsent(status.stage().getGroup(), group -> StageGroup.newBuilder())
            .addStage(status.stage());
      }
    }
    return groups.values().stream().map(StageGroup.Builder::build).toList();
  }

  private static final class Surveyor {
    private final Memo memo;
    private final Records records;
    private final Map<String, StageResult> known = new HashMap<>();
    private final IdentityHashMap<Dependency, Input> inputs = new IdentityHashMap<>();

    Surveyor(Memo memo, Records records) {
      this.memo = memo;
      this.records = records;
    }

    PlanStatus survey(Plan plan) throws IOException {
      List<StageStatus> forward = new ArrayList<>();
      Set<String> read = new HashSet<>();
      List<Stage> stages = plan.getStageList();
      for (int from = 0, to; from < stages.size(); from = to) {
        to = endOfKind(stages, from);
        lookUp(stages.subList(from, to), forward);
      }
      for (Stage stage : stages) {
        stage.getDependencyList().forEach(dependency -> read.add(dependency.getStage()));
      }
      Set<String> needed = new HashSet<>();
      for (int i = forward.size() - 1; i >= 0; i--) {
        Stage stage = forward.get(i).stage();
        StageStatus status =
            stage.getFleeting() // a record is enough: who reads its bytes makes them again
                ? forward.get(i)
                : withBytes(forward.get(i), needed, !read.contains(stage.getId()));
        forward.set(i, status);
        boolean madeAgain = stage.getFleeting() && needed.contains(stage.getId());
        if (status.state() == State.RUN || madeAgain) {
          stage.getDependencyList().forEach(dependency -> needed.add(dependency.getStage()));
        }
      }
      return new PlanStatus(forward);
    }

    private static int endOfKind(List<Stage> stages, int from) {
      StageDefinition kind = StageDefinition.of(stages.get(from));
      int to = from + 1;
      while (to < stages.size() && StageDefinition.of(stages.get(to)) == kind) {
        to++;
      }
      return to;
    }

    /** Stages of one kind do not depend on each other, so their keys can be asked for at once. */
    private void lookUp(List<Stage> kind, List<StageStatus> statuses) {
      List<@Nullable Digest> keys = new ArrayList<>();
      for (Stage stage : kind) {
        Action action = StageActions.resolve(stage, this::input);
        keys.add(action == null ? null : ActionKeys.key(action));
      }
      records.fetch(keys.stream().filter(Objects::nonNull).toList());
      for (int i = 0; i < keys.size(); i++) {
        statuses.add(lookUp(kind.get(i), keys.get(i)));
      }
    }

    private StageStatus lookUp(Stage stage, @Nullable Digest key) {
      if (key == null) {
        return new StageStatus(stage, State.WAIT, "for " + firstUnknown(stage), null);
      }
      ActionResult result = records.find(key);
      if (result == null) {
        return new StageStatus(stage, State.RUN, "no result under key " + key.brief(), null);
      }
      StageResult hit =
          StageResult.newBuilder()
              .setStage(stage.getId())
              .setOutcome(Outcome.HIT)
              .setKey(key.bytes())
              .setResult(result)
              .build();
      known.put(stage.getId(), hit);
      return new StageStatus(stage, State.HIT, "", hit);
    }

    /** Stages that differ in their seed share dependencies, and so they share inputs. */
    private @Nullable Input input(Dependency dependency) {
      Input input = inputs.get(dependency);
      if (input == null) {
        input = StageActions.input(dependency, known);
        if (input != null) {
          inputs.put(dependency, input);
        }
      }
      return input;
    }

    private StageStatus withBytes(StageStatus status, Set<String> needed, boolean last)
        throws IOException {
      Stage stage = status.stage();
      if (!last && !needed.contains(stage.getId())) {
        return status;
      }
      Stage demanded = stage.toBuilder().setBytesNeeded(true).build();
      StageResult known = status.known();
      if (known == null) {
        return new StageStatus(demanded, status.state(), status.reason(), null);
      }
      boolean whole = last ? memo.verified(known.getResult()) : memo.whole(known.getResult());
      return whole
          ? new StageStatus(demanded, State.HIT, "", known)
          : new StageStatus(
              demanded, State.RUN, "bytes of its result are missing or damaged", null);
    }

    private String firstUnknown(Stage stage) {
      return stage.getDependencyList().stream()
          .map(dependency -> dependency.getStage())
          .filter(id -> !known.containsKey(id))
          .findFirst()
          .orElse("nothing");
    }
  }
}
