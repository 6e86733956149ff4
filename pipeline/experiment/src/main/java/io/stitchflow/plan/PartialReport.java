package io.stitchflow.plan;

import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.WriteReport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The report of the cells that were compared, where stages of others failed. It says how many cells
 * it lacks.
 */
public final class PartialReport {
  private static final Pattern INDEXED = Pattern.compile("(\\w+)\\[(\\d+)(.*)\\]");

  private PartialReport() {}

  /**
   * The plan of what has a result and of its report. Empty where the whole report has a result, no
   * cell was compared, or all were.
   *
   * @param done whether a stage, by id, has a result
   */
  public static Optional<Plan> of(Plan plan, Predicate<String> done) {
    Optional<Stage> whole =
        plan.getStageList().stream().filter(each -> each.getAction().hasWriteReport()).findFirst();
    if (whole.isEmpty() || done.test(whole.get().getId())) {
      return Optional.empty();
    }
    Stage report = reduced(whole.get(), done);
    WriteReport parameters = report.getAction().getWriteReport();
    if (parameters.getCellCount() == 0 || parameters.getMissingCells() == 0) {
      return Optional.empty();
    }
    Plan.Builder partial = Plan.newBuilder();
    plan.getStageList().stream().filter(each -> done.test(each.getId())).forEach(partial::addStage);
    return Optional.of(partial.addStage(report).build());
  }

  /** Without the cells and networks that lack an input; the others are renumbered. */
  private static Stage reduced(Stage whole, Predicate<String> done) {
    Set<Integer> missingCells = new HashSet<>();
    Set<Integer> missingNetworks = new HashSet<>();
    for (Dependency dependency : whole.getDependencyList()) {
      Matcher role = INDEXED.matcher(dependency.getRole());
      if (role.matches() && !done.test(dependency.getStage())) {
        (isOfCell(role) ? missingCells : missingNetworks).add(Integer.valueOf(role.group(2)));
      }
    }
    WriteReport all = whole.getAction().getWriteReport();
    Map<Integer, Integer> cells = renumbered(all.getCellCount(), missingCells);
    Map<Integer, Integer> networks = renumbered(all.getNetworkCount(), missingNetworks);
    Stage.Builder stage = whole.toBuilder().clearDependency();
    for (Dependency dependency : whole.getDependencyList()) {
      Matcher role = INDEXED.matcher(dependency.getRole());
      if (!role.matches()) {
        stage.addDependency(dependency);
        continue;
      }
      Integer to = (isOfCell(role) ? cells : networks).get(Integer.valueOf(role.group(2)));
      if (to != null) {
        String renumbered = role.group(1) + "[" + to + role.group(3) + "]";
        stage.addDependency(dependency.toBuilder().setRole(renumbered));
      }
    }
    WriteReport.Builder report = all.toBuilder().clearCell().clearNetwork();
    for (int i = 0; i < all.getCellCount(); i++) {
      if (cells.containsKey(i)) {
        report.addCell(all.getCell(i));
      }
    }
    for (int i = 0; i < all.getNetworkCount(); i++) {
      if (networks.containsKey(i)) {
        report.addNetwork(all.getNetwork(i));
      }
    }
    report.setMissingCells(missingCells.size());
    stage.getActionBuilder().setWriteReport(report);
    return stage.build();
  }

  private static boolean isOfCell(Matcher role) {
    return role.group(1).equals("comparison") || role.group(1).equals("stitch_training");
  }

  /** The new number of each that is left, by its old one. */
  private static Map<Integer, Integer> renumbered(int count, Set<Integer> missing) {
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      if (!missing.contains(i)) {
        numbers.put(i, numbers.size());
      }
    }
    return numbers;
  }
}
