package io.stitchflow.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What CIFAR-10's official binary files look like from outside; nothing in them is read.
 *
 * @param trainExamples records of the five train files
 * @param complaints what is wrong; what to do
 */
record Cifar10Directory(long trainExamples, List<String> complaints) {
  private static final int RECORD_BYTES = 3073;
  private static final String TEST = "test_batch.bin";
  private static final String ADVICE =
      "unpack the binary version of CIFAR-10 there, or name another directory";

  Cifar10Directory {
    complaints = List.copyOf(complaints);
  }

  /**
   * @param base what {@code written} is relative to
   */
  static Cifar10Directory of(String written, Path base) {
    if (written.isEmpty()) {
      return wrong("is missing; write where data_batch_1.bin is");
    }
    Path directory;
    try {
      directory = base.resolve(written).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      return wrong(
          "'" + written + "' is no path: " + e.getReason() + "; write where data_batch_1.bin is");
    }
    if (!Files.isDirectory(directory)) {
      String what = Files.exists(directory) ? "is no directory" : "does not exist";
      return wrong(directory + " " + what + "; " + ADVICE);
    }
    List<String> complaints = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    long train = 0;
    for (String name : names()) {
      Path file = directory.resolve(name);
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        missing.add(name);
        continue;
      }
      try {
        long bytes = Files.size(file);
        if (bytes == 0 || bytes % RECORD_BYTES != 0) {
          complaints.add(
              file
                  + " has "
                  + bytes
                  + " bytes, which is no whole number of records of "
                  + RECORD_BYTES
                  + "; copy or unpack it again");
        }
        train += name.equals(TEST) ? 0 : bytes / RECORD_BYTES;
      } catch (IOException e) {
        complaints.add(file + " cannot be read: " + e + "; check the disk");
      }
    }
    if (!missing.isEmpty()) {
      complaints.add(
          0, directory + " has no readable " + String.join(", ", missing) + "; " + ADVICE);
    }
    return new Cifar10Directory(train, complaints);
  }

  private static List<String> names() {
    return List.of(
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
        TEST);
  }

  private static Cifar10Directory wrong(String complaint) {
    return new Cifar10Directory(0, List.of(complaint));
  }
}
