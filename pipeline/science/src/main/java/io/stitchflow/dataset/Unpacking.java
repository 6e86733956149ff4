package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.Cifar.Member;
import io.stitchflow.download.DownloadException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Takes known files out of a {@code .tar.gz}. Files are written under the names that are known
 * here, never under one from the archive; all else in it is passed over.
 */
final class Unpacking {
  private static final int BUFFER_BYTES = 1 << 16;

  private Unpacking() {}

  /**
   * Writes {@code <folder>/<file>} of each member as {@code to/<file>}.
   *
   * @throws DownloadException if one is not in the archive, or not what it should be
   */
  static void unpack(Path archive, String folder, Iterable<Member> members, Path to)
      throws IOException {
    Map<String, Member> wanted = new HashMap<>();
    members.forEach(member -> wanted.put(folder + "/" + member.file(), member));
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(
            new GZIPInputStream(
                new BufferedInputStream(Files.newInputStream(archive), BUFFER_BYTES),
                BUFFER_BYTES))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Member member = entry.isFile() ? wanted.remove(entry.getName()) : null;
        if (member != null) {
          Path file = to.resolve(member.file());
          Files.copy(in, file);
          check(file, member);
        }
      }
    }
    if (!wanted.isEmpty()) {
      throw new DownloadException(archive + " lacks the files " + wanted.keySet());
    }
  }

  private static void check(Path file, Member member) throws IOException {
    Digest digest = Digest.of(file);
    if (!digest.equals(member.official())) {
      throw new DownloadException(
          String.format(
              Locale.ROOT,
              "%s of the archive hashes to %s, but the official file to %s",
              member.file(),
              digest,
              member.official()));
    }
  }
}
