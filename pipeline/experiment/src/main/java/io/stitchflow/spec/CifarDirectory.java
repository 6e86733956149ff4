package io.stitchflow.spec;

import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.Cifar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What official binary files of CIFAR look like from outside; nothing in them is read.
 *
 * @param trainExamples records of the train files
 * @param complaints what is wrong; what to do
 */
public record CifarDirectory(long trainExamples, List<String> complaints) {
  /** Of one file; the official ones have 10,000 and 50,000. */
  private static final int MOST_RECORDS = 200_000;

  public CifarDirectory {
    complaints = List.copyOf(complaints);
  }

  /**
   * @param base what {@code written} is relative to
   */
  static CifarDirectory of(Cifar cifar, String written, Path base) {
    String first = cifar.train().get(0).file();
    String advice =
        "unpack the binary version of " + cifar.title() + " there, or name another directory";
    Path directory;
    try {
      directory = base.resolve(written).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      return wrong(
          "'" + written + "' is no path: " + e.getReason() + "; write where " + first + " is");
    }
    if (!Files.isDirectory(directory)) {
      String what = Files.exists(directory) ? "is no directory" : "does not exist";
      return wrong(directory + " " + what + "; " + advice);
    }
    List<String> complaints = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    long train = 0;
    for (Cifar.Member member : members(cifar)) {
      Path file = directory.resolve(member.file());
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        missing.add(member.file());
        continue;
      }
      try {
        long bytes = Files.size(file);
        if (bytes == 0 || bytes % cifar.recordBytes() != 0) {
          complaints.add(
              file
                  + " has "
                  + bytes
                  + " bytes, which is no whole number of records of "
                  + cifar.recordBytes()
                  + "; copy or unpack it again");
        }
        if (bytes / cifar.recordBytes() > MOST_RECORDS) {
          complaints.add(
              String.format(
                  Locale.ROOT,
                  "%s has %,d records, more than %,d; name a smaller one",
                  file,
                  bytes / cifar.recordBytes(),
                  MOST_RECORDS));
        }
        train += member.equals(cifar.test()) ? 0 : bytes / cifar.recordBytes();
      } catch (IOException e) {
        complaints.add(file + " cannot be read: " + IoReason.of(e) + "; check the disk");
      }
    }
    if (!missing.isEmpty()) {
      complaints.add(
          0, directory + " has no readable " + String.join(", ", missing) + "; " + advice);
    }
    return new CifarDirectory(train, complaints);
  }

  /** All files, those of train first. */
  public static List<Cifar.Member> members(Cifar cifar) {
    List<Cifar.Member> members = new ArrayList<>(cifar.train());
    members.add(cifar.test());
    return members;
  }

  private static CifarDirectory wrong(String complaint) {
    return new CifarDirectory(0, List.of(complaint));
  }
}
