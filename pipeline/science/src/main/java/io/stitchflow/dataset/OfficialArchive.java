package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.Cifar.Archive;
import io.stitchflow.dataset.Cifar.Member;
import io.stitchflow.download.Download;
import io.stitchflow.download.DownloadException;
import io.stitchflow.download.HttpFile;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The official files of a data set in a directory of downloads: {@code
 * <downloads>/<folder>/<file>}. The files appear there all at once, verified; one process downloads
 * at a time.
 */
public final class OfficialArchive {
  // A file is locked by a whole JVM, so its threads need a lock of their own
  private static final Object ONE_AT_A_TIME = new Object();

  private static final Pattern CREDENTIALS =
      Pattern.compile("^(?:[A-Za-z][A-Za-z0-9+.-]*:)?/*[^/?#]*(?:@|%40)");

  private final String title;
  private final Archive archive;
  private final List<Member> members;
  private final URI source;

  OfficialArchive(String title, Archive archive, List<Member> members, URI source) {
    this.title = title;
    this.archive = archive;
    this.members = List.copyOf(members);
    this.source = source;
  }

  /**
   * The archive of {@code cifar}.
   *
   * @param url of a mirror; empty for the official place
   */
  static OfficialArchive of(Cifar cifar, String url) {
    URI source = url.isEmpty() ? cifar.archive().official() : URI.create(url);
    return new OfficialArchive(cifar.title(), cifar.archive(), cifar.members(), source);
  }

  /** Whether an archive can be downloaded from what is written: {@code http} or {@code https}. */
  static boolean isUrl(String written) {
    try {
      return HttpFile.isHttp(new URI(written));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /**
   * Whether what is written names a user, however it is encoded; as the path it may have an '@'.
   */
  static boolean hasCredentials(String written) {
    return CREDENTIALS.matcher(written).find();
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** Where it is downloaded from, for people. */
  public String source() {
    return new HttpFile(source).shown();
  }

  private Path folder(Path downloads) {
    return downloads.resolve(archive.folder());
  }

  /** Whether all files exist and hash to the official digests; reads them. */
  public boolean isThere(Path downloads) throws IOException {
    for (Member member : members) {
      Path file = folder(downloads).resolve(member.file());
      if (!Files.isRegularFile(file) || !Digest.of(file).equals(member.official())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Downloads and unpacks the archive if a file is missing; resumes a partial download.
   *
   * @throws DownloadException if it cannot be had from there, with what to do
   * @throws IOException if the folder cannot be written
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void fetch(Path downloads, Download.Progress progress) throws IOException {
    Files.createDirectories(downloads);
    Path lock = downloads.resolve(archive.name() + ".lock");
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (!isThere(downloads)) {
          download(downloads, progress);
        }
      }
    }
  }

  private void download(Path downloads, Download.Progress progress) throws IOException {
    Path part = downloads.resolve(archive.name() + ".part");
    try {
      new Download(new HttpFile(source), archive.sizeBytes(), part).run(progress);
    } catch (DownloadException e) {
      throw new DownloadException(title + ": " + e.getMessage() + "; " + byHand(), e);
    }
    Digest digest = Digest.of(part);
    if (!digest.hex().equals(archive.sha256())) {
      // What is wrong somewhere cannot be gone on with
      Files.delete(part);
      throw new DownloadException(
          String.format(
              Locale.ROOT,
              "%s: the file from %s hashes to %s, but the official archive to %s; it was deleted. Run"
                  + " again, name a mirror by url, or %s",
              title,
              source(),
              digest,
              archive.sha256(),
              byHand()));
    }
    Path unpacked = downloads.resolve(archive.folder() + ".new");
    delete(unpacked);
    Files.createDirectories(unpacked);
    Unpacking.unpack(part, archive.folder(), members, unpacked);
    delete(folder(downloads));
    Files.move(unpacked, folder(downloads), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(part);
  }

  private String byHand() {
    return "download "
        + archive.name()
        + " in another way, unpack it, and write the directory of "
        + members.get(0).file()
        + " as the data set's directory";
  }

  /** A folder of files, if it is there. */
  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
