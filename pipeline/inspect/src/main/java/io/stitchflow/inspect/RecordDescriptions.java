package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.Provenance;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Descriptions of records: the parameters of their stages and, as far as the store has them, the
 * networks that their inputs come from. Names in them are as users wrote them.
 */
public final class RecordDescriptions {
  private final StoreCatalog catalog;

  public RecordDescriptions(StoreCatalog catalog) {
    this.catalog = catalog;
  }

  /** Such as {@code stem of ResNet(1,1,1,1)/16 seed 1 -> layer1.0 of ..., seed 1}. */
  public String of(CatalogEntry entry) {
    Action action = entry.action();
    @Nullable StageDefinition stage = entry.kind();
    return action == null
        ? "its action is lost"
        : stage == null ? "of another version of stitchflow" : stage.describe(action, this::makers);
  }

  /** {@code network ResNet(1,1,1,1)/16 seed 1, 20 epochs}. */
  public String full(CatalogEntry entry) {
    @Nullable StageDefinition stage = entry.kind();
    return (stage == null ? CatalogEntry.UNKNOWN : stage.noun()) + " " + of(entry);
  }

  private List<Provenance.Maker> makers(Action action, String role) {
    for (Input input : action.getInputList()) {
      if (input.getRole().equals(role)) {
        return catalog.makers(Digest.from(input.getDigest())).stream()
            .map(made -> new Provenance.Maker(made.entry().action(), made.output().getName()))
            .toList();
      }
    }
    return List.of();
  }
}
