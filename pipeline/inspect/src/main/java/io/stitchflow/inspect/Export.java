package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.stage.BlobFormat;
import io.stitchflow.tensors.NpyWriter;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Plain files of what the store keeps under digests: blobs as they are, messages as CSV. */
public final class Export {
  private static final String NPY = "npy";

  private final StoreCatalog catalog;
  private final TensorFormat tensors;

  private Export(StoreCatalog catalog, TensorFormat tensors) {
    this.catalog = catalog;
    this.tensors = tensors;
  }

  /** How representations and data sets are written, which the store has as Arrow files. */
  public enum TensorFormat {
    /** As the store has them. */
    ARROW,
    /** As NumPy arrays: {@code NAME.npy}, and {@code NAME.label.npy}. */
    NPY
  }

  /** What of a blob is written to one file. */
  private enum Part {
    WHOLE,
    ROWS,
    LABELS
  }

  /**
   * A file that is there now.
   *
   * @param digest of the blob that it was made from
   * @param already whether it was there before, with the same bytes
   */
  public record Exported(Path file, Digest digest, BlobFormat format, boolean already) {}

  /** A blob and the relative path that it is to have. */
  private record Wanted(Digest digest, String name, BlobFormat format, Part part) {
    String extension() {
      return part == Part.WHOLE ? format.extension() : NPY;
    }
  }

  /**
   * Writes a record's outputs, or one blob, into a directory, which is made. Before the first file
   * is in place all are checked.
   *
   * @throws MissingBlobException if the store has lost a blob
   * @throws FileAlreadyExistsException if a file is there with other bytes
   * @throws FileSystemException if the directory cannot be made or written to
   */
  public static List<Exported> write(
      StoreCatalog catalog, Item item, TensorFormat tensors, Path directory) throws IOException {
    Export export = new Export(catalog, tensors);
    List<Wanted> wanted = export.wanted(item);
    Files.createDirectories(directory);
    Path scratch = Files.createTempDirectory(directory, ".export-");
    try {
      List<Exported> exported = new ArrayList<>();
      for (int i = 0; i < wanted.size(); i++) {
        Path file = scratch.resolve(Integer.toString(i));
        export.fill(file, wanted.get(i));
        exported.add(check(file, wanted.get(i), directory));
      }
      for (int i = 0; i < exported.size(); i++) {
        if (!exported.get(i).already()) {
          Files.move(scratch.resolve(Integer.toString(i)), exported.get(i).file());
        }
      }
      return exported;
    } finally {
      delete(scratch);
    }
  }

  private List<Wanted> wanted(Item item) throws IOException {
    List<Wanted> wanted = new ArrayList<>();
    if (item instanceof CatalogEntry entry) {
      for (Output output : entry.result().getOutputList()) {
        Digest digest = Digest.from(output.getDigest());
        wanted.addAll(parts(digest, output.getName(), catalog.format(entry, output)));
      }
      return named(wanted);
    }
    Digest digest = ((Item.Blob) item).digest();
    List<StoreCatalog.Made> makers = catalog.makers(digest);
    String name = makers.isEmpty() ? digest.brief() : makers.get(0).output().getName();
    return named(parts(digest, name, catalog.format(digest)));
  }

  private List<Wanted> parts(Digest digest, String name, BlobFormat format) {
    return format == BlobFormat.ARROW && tensors == TensorFormat.NPY
        ? List.of(
            new Wanted(digest, name, format, Part.ROWS),
            new Wanted(digest, name + ".label", format, Part.LABELS))
        : List.of(new Wanted(digest, name, format, Part.WHOLE));
  }

  /** Under names that are safe, each another one, with the extension of what the file is. */
  private static List<Wanted> named(List<Wanted> wanted) {
    Set<String> taken = new HashSet<>();
    List<Wanted> named = new ArrayList<>();
    for (Wanted each : wanted) {
      String extension = "." + each.extension();
      String safe = FileNames.safe(each.name());
      String stem =
          safe.endsWith(extension) ? safe.substring(0, safe.length() - extension.length()) : safe;
      String name = stem + extension;
      if (!taken.add(name)) {
        name = stem + "-" + each.digest().hex() + extension;
        taken.add(name);
      }
      named.add(new Wanted(each.digest(), name, each.format(), each.part()));
    }
    return named;
  }

  /** Writes the blob's verified bytes, or their table, to a file that is not there yet. */
  private void fill(Path file, Wanted wanted) throws IOException {
    Path blob = catalog.store().open(wanted.digest());
    if (wanted.part() != Part.WHOLE) {
      try (TensorFile open = TensorFile.open(blob)) {
        if (wanted.part() == Part.ROWS) {
          NpyWriter.writeRows(open, file);
        } else {
          NpyWriter.writeLabels(open, file);
        }
      }
      return;
    }
    switch (wanted.format()) {
      case COMPARISON, TRAINING_CURVE, PREDICTIONS ->
          Files.writeString(
              file,
              ProtoTables.csv(wanted.format(), Files.readAllBytes(blob)),
              StandardCharsets.UTF_8);
      default -> {
        // not Files.copy, which makes copies of blobs read-only too
        try (InputStream in = Files.newInputStream(blob);
            var out = Files.newOutputStream(file)) {
          in.transferTo(out);
        }
        if (!Digest.of(file).equals(wanted.digest())) {
          throw new FileSystemException(
              file.toString(),
              null,
              "does not hash to " + wanted.digest().hex() + " after writing; try again");
        }
      }
    }
  }

  /** Makes the file's directory and sees whether the file may be put there. */
  private static Exported check(Path file, Wanted wanted, Path directory) throws IOException {
    Path target = directory.resolve(wanted.name());
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
      if (!parent.toRealPath().startsWith(directory.toRealPath())) {
        throw new FileSystemException(
            parent.toString(),
            null,
            "is a symbolic link to outside " + directory + "; remove it, or choose another --to");
      }
    }
    boolean there = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (there
        && (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
            || Files.mismatch(target, file) >= 0)) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "exists with other content; remove it, or choose another --to");
    }
    return new Exported(target, wanted.digest(), wanted.format(), there);
  }

  private static void delete(Path scratch) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(scratch)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
    Files.delete(scratch);
  }
}
