package io.stitchflow.cli.command;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StageName;
import io.stitchflow.memo.Memo;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Computes recorded results again and compares them, bit for bit. Nothing of it reaches the store:
 * inputs are read there, outputs go into a directory that is deleted.
 */
final class Reproduction {
  private final Store store;
  private final ActionCache cache;
  private final List<Outcome> outcomes = new ArrayList<>();

  Reproduction(Store store) {
    this.store = store;
    this.cache = new ActionCache(store);
  }

  /** How a rerun ended. */
  enum State {
    SAME,
    DIFFERENT,
    /** It cannot be computed here. */
    SKIPPED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a rerun came to.
   *
   * @param message which outputs differ, or why it was not computed
   */
  record Outcome(Digest key, String kind, State state, String message) {}

  /**
   * Reruns a share of the records, drawn by {@code seed}; each is reported as it ends.
   *
   * @param share in (0, 1]
   */
  List<Outcome> run(double share, long seed, Consumer<Outcome> told) throws IOException {
    Random random = new Random(seed);
    Path scratch = Files.createTempDirectory("stitchflow-verify-");
    try {
      Memo memo = new Memo(Store.open(scratch.resolve("store")));
      for (Digest key : cache.findKeys("")) {
        ActionResult recorded = random.nextDouble() < share ? cache.find(key) : null;
        if (recorded != null) {
          Outcome outcome = rerun(key, recorded, memo);
          outcomes.add(outcome);
          told.accept(outcome);
        }
      }
      return List.copyOf(outcomes);
    } finally {
      delete(scratch);
    }
  }

  private Outcome rerun(Digest key, ActionResult recorded, Memo memo) throws IOException {
    Action action = cache.actions().find(key);
    if (action == null) {
      return new Outcome(key, "unknown", State.SKIPPED, "its action is lost");
    }
    String name = StageName.of(action);
    @Nullable StageDefinition stage = StageDefinition.find(action);
    if (stage == null) {
      return new Outcome(key, name, State.SKIPPED, "this program has no such stage");
    }
    Memo.Answer answer;
    try {
      answer =
          memo.get(
                  List.of(new Memo.Request(action, 1, false, List.of())),
                  stage.executor(),
                  store::open,
                  share -> {})
              .get(0);
    } catch (MissingBlobException e) {
      return new Outcome(
          key, name, State.SKIPPED, "an input is not in the store: " + e.digest().brief());
    } catch (IllegalArgumentException | IllegalStateException e) {
      return new Outcome(key, name, State.SKIPPED, String.valueOf(e.getMessage()));
    }
    if (!answer.failure().isEmpty()) {
      return new Outcome(key, name, State.DIFFERENT, "it failed this time: " + answer.failure());
    }
    String difference = difference(recorded, answer.result());
    return difference == null
        ? new Outcome(key, name, State.SAME, "")
        : new Outcome(key, name, State.DIFFERENT, difference);
  }

  private static @Nullable String difference(ActionResult recorded, ActionResult now) {
    List<String> differing = new ArrayList<>();
    for (Output output : recorded.getOutputList()) {
      if (!now.getOutputList().contains(output)) {
        differing.add("'" + output.getName() + "'");
      }
    }
    if (recorded.getOutputCount() != now.getOutputCount()) {
      differing.add(now.getOutputCount() + " outputs instead of " + recorded.getOutputCount());
    }
    return differing.isEmpty() ? null : "differs: " + String.join(", ", differing);
  }

  private static void delete(Path scratch) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(scratch)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
