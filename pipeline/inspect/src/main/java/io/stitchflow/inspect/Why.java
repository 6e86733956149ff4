package io.stitchflow.inspect;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.plan.PlanStatus.State;
import io.stitchflow.plan.StageActions;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.ActionCache;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Explains what a survey found, stage after stage, by what the store has of earlier runs. */
public final class Why {
  private final StoreCatalog catalog;
  private final ActionCache cache;
  private final NearestRecord nearest;
  private final Causes causes;
  private final Map<String, StageResult> results = new HashMap<>();
  private final Map<String, List<Cause>> causesByStage = new HashMap<>();

  private Why(StoreCatalog catalog) {
    this.catalog = catalog;
    this.cache = new ActionCache(catalog.store());
    this.nearest = new NearestRecord(catalog);
    this.causes = new Causes(catalog);
  }

  /** An explanation of each stage, in the order of the plan. */
  public static List<Explanation> of(PlanStatus survey, StoreCatalog catalog) {
    Why why = new Why(catalog);
    List<Explanation> explanations = new ArrayList<>();
    for (StageStatus status : survey.stages()) {
      Explanation explanation = why.explain(status);
      why.causesByStage.put(status.stage().getId(), explanation.causes());
      explanations.add(explanation);
    }
    return explanations;
  }

  private Explanation explain(StageStatus status) {
    Stage stage = status.stage();
    if (status.known() != null) {
      results.put(stage.getId(), status.known());
      return new Explanation(stage, State.HIT, null, List.of(), "");
    }
    @Nullable Action action = StageActions.resolve(stage, results);
    if (action == null) {
      return compare(status, StageActions.partial(stage, results));
    }
    Digest key = ActionKeys.key(action);
    @Nullable CatalogEntry entry = catalog.find(key);
    if (entry != null) {
      results.put(
          stage.getId(),
          StageResult.newBuilder().setStage(stage.getId()).setResult(entry.result()).build());
      return new Explanation(stage, status.state(), entry, List.of(), missing(entry));
    }
    if (cache.actions().find(key) != null) {
      String note = "it was begun or computed before, but the store has no record of it now";
      return new Explanation(stage, status.state(), null, List.of(), note);
    }
    return compare(status, action);
  }

  private String missing(CatalogEntry entry) {
    List<String> missing = new ArrayList<>();
    for (Output output : entry.result().getOutputList()) {
      Digest digest = Digest.from(output.getDigest());
      if (catalog.store().find(digest, output.getSizeBytes()) == null) {
        missing.add(output.getName() + " " + digest.brief());
      }
    }
    return missing.isEmpty()
        ? "bytes of its result were missing or damaged"
        : "blob missing: " + String.join(", ", missing);
  }

  /** With the nearest record, in the fields that are known. */
  private Explanation compare(StageStatus status, Action action) {
    Stage stage = status.stage();
    Map<String, Dependency> unknown = new HashMap<>();
    for (Dependency dependency : StageActions.unknown(stage, results)) {
      unknown.put(Fields.input(dependency.getRole()), dependency);
    }
    Map<String, String> fields = Fields.of(action);
    @Nullable CatalogEntry entry =
        nearest.to(StageDefinition.of(stage), fields, unknown.keySet(), stage.getId());
    if (entry == null || entry.action() == null) {
      return new Explanation(
          stage, status.state(), null, waiting(stage, Map.of()), "no earlier result of this kind");
    }
    Map<String, String> before = Fields.of(entry.action());
    List<Difference> differences = new ArrayList<>();
    for (Difference difference : Difference.between(before, fields)) {
      if (!unknown.containsKey(difference.field())) {
        differences.add(explained(difference, stage));
      }
    }
    differences.addAll(waiting(stage, before));
    return new Explanation(stage, status.state(), entry, differences, "");
  }

  /** The inputs that are not known yet, and why. */
  private List<Difference> waiting(Stage stage, Map<String, String> before) {
    List<Difference> waiting = new ArrayList<>();
    Set<String> roles = new HashSet<>();
    for (Dependency dependency : StageActions.unknown(stage, results)) {
      String path = Fields.input(dependency.getRole());
      if (roles.add(path)) {
        List<Cause> because =
            causesByStage.getOrDefault(
                dependency.getStage(), List.of(new Cause(dependency.getStage(), "has to run")));
        waiting.add(new Difference(path, before.get(path), null, because));
      }
    }
    return waiting;
  }

  private Difference explained(Difference difference, Stage stage) {
    @Nullable String from = difference.from();
    @Nullable String to = difference.to();
    if (!difference.isInput() || from == null || to == null) {
      return difference;
    }
    Set<Cause> because = new LinkedHashSet<>(outside(difference, stage));
    if (because.isEmpty()) {
      because.addAll(causes.of(new Digest(from), new Digest(to)));
    }
    return new Difference(difference.field(), from, to, List.copyOf(because));
  }

  /** Files from outside are the action's first inputs. */
  private static List<Cause> outside(Difference difference, Stage stage) {
    for (int i = 0; i < stage.getSourceFileCount(); i++) {
      if (Fields.input(stage.getAction().getInput(i).getRole()).equals(difference.field())) {
        return List.of(new Cause(stage.getSourceFile(i), "has other content"));
      }
    }
    return List.of();
  }
}
