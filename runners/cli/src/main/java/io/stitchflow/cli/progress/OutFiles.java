package io.stitchflow.cli.progress;

import com.google.protobuf.ByteString;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that appear in a directory together, or, where one cannot be written, not at all: they are
 * written in a hidden directory beside their places, then moved. They are copies, since editing a
 * link would edit the store, and have the permissions that the user's umask gives.
 */
final class OutFiles implements AutoCloseable {
  private final Path directory;
  private final Path scratch;
  private final boolean isNew;
  private final List<String> names = new ArrayList<>();
  private boolean committed;

  private OutFiles(Path directory, Path scratch, boolean isNew) {
    this.directory = directory;
    this.scratch = scratch;
    this.isNew = isNew;
  }

  static OutFiles in(Path directory) throws IOException {
    boolean isNew = !Files.exists(directory);
    Files.createDirectories(directory);
    return new OutFiles(directory, Files.createTempDirectory(directory, ".stitchflow-"), isNew);
  }

  /**
   * Copies every output of the report's stage.
   *
   * @throws MissingBlobException if the store lacks one; then none is copied
   */
  void copy(StageResult report, Store store) throws IOException {
    Map<String, Path> blobs = new LinkedHashMap<>();
    for (Output output : report.getResult().getOutputList()) {
      blobs.put(output.getName(), store.open(Digest.from(output.getDigest())));
    }
    for (Map.Entry<String, Path> blob : blobs.entrySet()) {
      // Not Files.copy, which makes copies of blobs read-only too
      try (InputStream in = Files.newInputStream(blob.getValue());
          OutputStream out = Files.newOutputStream(add(blob.getKey()))) {
        in.transferTo(out);
      }
    }
  }

  /** Writes a file in UTF-8. */
  void write(String name, String text) throws IOException {
    Files.writeString(add(name), text, StandardCharsets.UTF_8);
  }

  void write(String name, ByteString bytes) throws IOException {
    try (OutputStream out = Files.newOutputStream(add(name))) {
      bytes.writeTo(out);
    }
  }

  private Path add(String name) throws IOException {
    if (!directory.resolve(name).normalize().startsWith(directory.normalize())) {
      throw new IllegalStateException("the report has an output outside its directory: " + name);
    }
    Path target = directory.resolve(name);
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(target.toString(), null, "a directory is in the way");
    }
    names.add(name);
    Path file = scratch.resolve(name);
    Files.createDirectories(parent(file));
    return file;
  }

  /** Puts all files in their places, over those of the same names. */
  void commit() throws IOException {
    for (String name : names) {
      Files.createDirectories(parent(directory.resolve(name)));
    }
    for (String name : names) {
      Files.move(scratch.resolve(name), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
    committed = true;
  }

  @Override
  public void close() throws IOException {
    delete(scratch);
    if (isNew && !committed) {
      Files.deleteIfExists(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (var walk = Files.walk(directory)) {
      all = new ArrayList<>(walk.toList());
    }
    Collections.reverse(all);
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException(file + " is not a file");
    }
    return parent;
  }
}
