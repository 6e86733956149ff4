package io.stitchflow.inspect;

import io.stitchflow.content.Digest;

/** What a name of hexadecimal digits stands for in a store. */
public sealed interface Item permits CatalogEntry, Item.Blob {
  /** A blob, recorded or not. */
  record Blob(Digest digest) implements Item {}
}
