package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What something was made from, or what was made from it, as a tree. */
public final class Lineage {
  private final StoreCatalog catalog;
  private final Set<Digest> shown = new HashSet<>();

  private Lineage(StoreCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * One record of the tree, or a file from outside.
   *
   * @param role in which the parent reads it, or it reads the parent; empty at the top
   * @param entry null where no record made the blob
   * @param blob what is read; null at the top of a record's tree
   * @param repeated whether its branches stand elsewhere in the tree, and are left out here
   */
  public record Node(
      String role,
      @Nullable CatalogEntry entry,
      @Nullable Digest blob,
      boolean repeated,
      List<Node> branches) {
    public Node {
      branches = List.copyOf(branches);
    }
  }

  /** What it was made from. */
  public static Node up(StoreCatalog catalog, Item item) {
    Lineage lineage = new Lineage(catalog);
    return item instanceof CatalogEntry entry
        ? lineage.up("", entry, null)
        : lineage.upOf("", ((Item.Blob) item).digest());
  }

  /** What was made from it: of a record, from any of its outputs. */
  public static Node down(StoreCatalog catalog, Item item) {
    Lineage lineage = new Lineage(catalog);
    if (item instanceof CatalogEntry entry) {
      return lineage.down("", entry, null);
    }
    Digest blob = ((Item.Blob) item).digest();
    return new Node("", maker(catalog, blob), blob, false, lineage.readersOf(blob));
  }

  private Node upOf(String role, Digest blob) {
    CatalogEntry maker = maker(catalog, blob);
    return maker == null ? new Node(role, null, blob, false, List.of()) : up(role, maker, blob);
  }

  private Node up(String role, CatalogEntry entry, @Nullable Digest blob) {
    if (!shown.add(entry.key())) {
      return new Node(role, entry, blob, !entry.inputs().isEmpty(), List.of());
    }
    List<Node> branches = new ArrayList<>();
    for (Input input : entry.inputs()) {
      branches.add(upOf(input.getRole(), Digest.from(input.getDigest())));
    }
    return new Node(role, entry, blob, false, branches);
  }

  private Node down(String role, CatalogEntry entry, @Nullable Digest blob) {
    boolean first = shown.add(entry.key());
    List<Node> branches = new ArrayList<>();
    for (Output output : entry.result().getOutputList()) {
      Digest made = Digest.from(output.getDigest());
      if (first) {
        branches.addAll(readersOf(made));
      } else if (!catalog.readers(made).isEmpty()) {
        return new Node(role, entry, blob, true, List.of());
      }
    }
    return new Node(role, entry, blob, false, branches);
  }

  private List<Node> readersOf(Digest blob) {
    List<Node> nodes = new ArrayList<>();
    for (StoreCatalog.Read read : catalog.readers(blob)) {
      nodes.add(down(read.role(), read.entry(), blob));
    }
    return nodes;
  }

  private static @Nullable CatalogEntry maker(StoreCatalog catalog, Digest blob) {
    List<StoreCatalog.Made> makers = catalog.makers(blob);
    return makers.isEmpty() ? null : makers.get(0).entry();
  }
}
