package io.stitchflow.catalog;

import io.stitchflow.artifacts.Digest;

/** What a name of hexadecimal digits stands for in a store. */
public sealed interface Item permits Entry, Item.Blob {
  /** A blob, recorded or not. */
  record Blob(Digest digest) implements Item {}
}
