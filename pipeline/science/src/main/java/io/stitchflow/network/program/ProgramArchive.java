package io.stitchflow.network.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A program as one file: a zip archive, uncompressed, of {@code program.json} and the segments'
 * files. The same program gives the same bytes. Unpacked, it is a folder that {@code program {
 * directory }} takes. Python opens it without unpacking:
 *
 * <pre>{@code
 * archive = zipfile.ZipFile(path)
 * manifest = json.loads(archive.read("program.json"))
 * modules = [torch.jit.load(io.BytesIO(archive.read(s["file"]))) for s in manifest["segments"]]
 * segments = [getattr(m, s.get("method", "forward")) for m, s in zip(modules, manifest["segments"])]
 * }</pre>
 */
public final class ProgramArchive implements AutoCloseable {
  // A zip archive has no time zone; this is its first day
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final byte[] MAGIC = {'P', 'K', 3, 4};

  private final ZipFile zip;
  private final ProgramManifest manifest;

  private ProgramArchive(ZipFile zip, ProgramManifest manifest) {
    this.zip = zip;
    this.manifest = manifest;
  }

  /** Whether the file begins like a zip archive. */
  static boolean isArchive(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  /**
   * Opens an archive.
   *
   * @throws IllegalArgumentException if it is not one of a program
   */
  static ProgramArchive open(Path file) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (ZipException e) {
      throw new IllegalArgumentException(file + " is not a zip archive: " + e.getMessage(), e);
    }
    try {
      ZipEntry entry = entry(zip, ProgramManifest.FILE);
      try (InputStream in = zip.getInputStream(entry)) {
        return new ProgramArchive(zip, ProgramManifest.read(in.readAllBytes()));
      }
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static ZipEntry entry(ZipFile zip, String name) {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IllegalArgumentException(zip.getName() + " is not a program: it has no " + name);
    }
    return entry;
  }

  /** The program before it runs. */
  ProgramSource source() {
    List<String> files = manifest.segments().stream().map(ProgramManifest.Segment::file).toList();
    return ProgramSource.of(
        manifest, files, files.stream().map(file -> entry(zip, file).getSize()).toList());
  }

  /** The TorchScript of a file that the manifest names. */
  InputStream file(String name) throws IOException {
    return zip.getInputStream(entry(zip, name));
  }

  /**
   * Writes an archive. A file that several segments name is in it once.
   *
   * @param segments the files that the manifest names, in its order, one for each segment
   */
  static void write(Path file, ProgramManifest manifest, List<Path> segments) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      byte[] json = manifest.json();
      CRC32 crc = new CRC32();
      crc.update(json);
      begin(zip, ProgramManifest.FILE, json.length, crc);
      zip.write(json);
      Set<String> written = new HashSet<>();
      for (int i = 0; i < segments.size(); i++) {
        Path segment = segments.get(i);
        String name = manifest.segments().get(i).file();
        if (written.add(name)) {
          begin(zip, name, Files.size(segment), crc32(segment));
          Files.copy(segment, zip);
        }
      }
      zip.closeEntry();
    }
  }

  private static void begin(ZipOutputStream zip, String name, long bytes, CRC32 crc)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
  }

  private static CRC32 crc32(Path file) throws IOException {
    CRC32 crc = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return crc;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
