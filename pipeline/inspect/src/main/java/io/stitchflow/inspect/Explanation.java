package io.stitchflow.inspect;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.v1.Stage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a stage runs, waits, or need not run.
 *
 * @param nearest the record that it is compared with, or null
 * @param differences from that record's action
 * @param note what else there is to say: that nothing like it was computed before, that blobs are
 *     missing; empty where differences say all
 */
public record Explanation(
    Stage stage,
    PlanStatus.State state,
    @Nullable CatalogEntry nearest,
    List<Difference> differences,
    String note) {
  public Explanation {
    differences = List.copyOf(differences);
  }

  /** The first causes, each once: the note, or else this stage's own and those of its inputs. */
  public List<Cause> causes() {
    if (!note.isEmpty()) {
      return List.of(new Cause(stage.getId(), note));
    }
    Set<Cause> causes = new LinkedHashSet<>();
    for (Difference difference : differences) {
      if (difference.because().isEmpty()) {
        causes.add(new Cause(stage.getId(), difference.change()));
      } else {
        causes.addAll(difference.because());
      }
    }
    return List.copyOf(causes);
  }
}
