package io.stitchflow.faults;

import io.stitchflow.faults.Fault.DeathAt;
import io.stitchflow.faults.Fault.ErrorAt;
import io.stitchflow.faults.Fault.ErrorFrom;
import io.stitchflow.faults.Fault.FullFrom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A scenario, disturbed at each call that it makes to its disk, in every way.
 *
 * <pre>{@code
 * int calls = EveryCall.of(new Publish()).run();
 * }</pre>
 *
 * <p>At each call: an error of the disk, once and from then on; no space, once and from then on;
 * the process killed while the disk goes on; power lost, so that what was not forced is lost,
 * partly lost, or there. After that, on the repaired disk, {@link Scenario#check} must hold, an
 * undisturbed {@link Scenario#run} must succeed, and the check hold again, also where power is lost
 * after that and all is gone that was not forced by then.
 */
public final class EveryCall<A> {
  /** Something that a store promises to survive. */
  public interface Scenario<A> {
    /**
     * Makes what is there before; not disturbed, and all of it forced.
     *
     * @param root of the store; its parent is there
     * @param acknowledged takes what must not be lost from now on
     */
    default void prepare(Path root, List<A> acknowledged) throws IOException {}

    /**
     * What a process does, with objects of its own, in one thread, by the same calls each time.
     * Undisturbed it must succeed from whatever an earlier one left. Disturbed it may throw an
     * {@link IOException} which names the store's path, and nothing else. Checks what it is given.
     *
     * @param acknowledged takes what must not be lost from now on, as soon as that is so
     */
    void run(Path root, List<A> acknowledged) throws IOException;

    /**
     * Asserts what holds at any time: nothing wrong can be read, and what was acknowledged is
     * there. Not disturbed.
     *
     * @param readErrors whether the disk failed to read: a store may have given up sound files
     */
    void check(Path root, List<A> acknowledged, boolean readErrors) throws IOException;
  }

  private static final int RANDOM_LOSSES = 4;

  private final Scenario<A> scenario;
  private final List<AssertionError> failures = new ArrayList<>();

  /** A fault for each kind of failure. */
  private final Map<String, String> examples = new LinkedHashMap<>();

  private EveryCall(Scenario<A> scenario) {
    this.scenario = scenario;
  }

  public static <A> EveryCall<A> of(Scenario<A> scenario) {
    return new EveryCall<>(scenario);
  }

  /**
   * Disturbs it at one call after the other.
   *
   * @return how many calls an undisturbed run makes
   * @throws AssertionError that tells what went wrong, at which call, of which seed
   */
  public int run() throws IOException {
    Disk before = new Disk();
    List<A> acknowledged = new ArrayList<>();
    scenario.prepare(root(before), acknowledged);
    before = before.copy();
    int call = 0;
    while (disturb(before, acknowledged, call)) {
      call++;
    }
    if (!failures.isEmpty()) {
      throw new AssertionError(
          failures.size()
              + " faults not survived, by what they led to:\n"
              + String.join("\n", examples.values()),
          failures.get(0));
    }
    return call;
  }

  /** Everything that can happen at that call; false if there are fewer calls. */
  private boolean disturb(Disk before, List<A> acknowledged, int call) {
    boolean reached = error(before, acknowledged, new ErrorAt(call, Disk.INPUT_OUTPUT_ERROR), call);
    if (reached) {
      error(before, acknowledged, new ErrorAt(call, Disk.NO_SPACE), call);
      error(before, acknowledged, new ErrorFrom(call, Disk.INPUT_OUTPUT_ERROR), call);
      error(before, acknowledged, new FullFrom(call), call);
      death(before, acknowledged, call);
    }
    return reached;
  }

  private boolean error(Disk before, List<A> acknowledged, Fault fault, int call) {
    Disk disk = before.copy();
    List<A> known = new ArrayList<>(acknowledged);
    describing(
        fault.toString(),
        () -> {
          disk.start(fault);
          try {
            scenario.run(root(disk), known);
          } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith(root(disk).toString()) && !message.startsWith("/: ")) {
              throw new AssertionError("an error that does not say where: " + e, e);
            }
          }
        });
    boolean reached = disk.calls() > call;
    boolean readErrors = fault.toString().contains(Disk.INPUT_OUTPUT_ERROR);
    describing(fault.toString(), () -> goOn(disk, known, readErrors));
    return reached;
  }

  private void death(Disk before, List<A> acknowledged, int call) {
    Fault fault = new DeathAt(call);
    Disk disk = before.copy();
    List<A> known = new ArrayList<>(acknowledged);
    describing(
        fault.toString(),
        () -> {
          disk.start(fault);
          try {
            scenario.run(root(disk), known);
            throw new AssertionError("went on after its own death");
          } catch (PowerLoss e) {
            // as intended
          }
        });
    for (int seed = 0; seed < RANDOM_LOSSES + 2; seed++) {
      double kept = seed == 0 ? 0 : seed == 1 ? 1 : 0.5;
      Disk left = disk.afterPowerLoss(kept, seed);
      describing(
          fault + " and power lost, " + kept + " kept, seed " + seed,
          () -> goOn(left, new ArrayList<>(known), false));
    }
    describing(fault + " and the disk goes on", () -> goOn(disk, known, false));
  }

  /** What must hold on a disk that was disturbed and is well again. */
  private void goOn(Disk disk, List<A> known, boolean readErrors) throws IOException {
    disk.start(new Fault.None());
    scenario.check(root(disk), known, readErrors);
    scenario.run(root(disk), known);
    scenario.check(root(disk), known, false);
    scenario.check(root(disk.afterPowerLoss(0, 0)), known, false);
  }

  private interface Step {
    void take() throws IOException;
  }

  private void describing(String disturbance, Step step) {
    try {
      step.take();
    } catch (AssertionError | RuntimeException | IOException | PowerLoss e) {
      failures.add(new AssertionError(disturbance + ": " + e, e));
      examples.putIfAbsent(e.toString().replaceAll("[0-9a-f-]{16,}", "…"), disturbance + ": " + e);
    }
  }

  private static Path root(Disk disk) {
    return disk.path("/store");
  }
}
