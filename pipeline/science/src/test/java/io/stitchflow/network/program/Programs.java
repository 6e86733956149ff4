package io.stitchflow.network.program;

import io.stitchflow.network.NetworkInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Programs of the TorchScript files among the resources, which write_programs.py wrote. */
public final class Programs {
  /** Cuts of {@link #small}. */
  public static final List<String> CUTS = List.of("one", "two");

  private static final NetworkInputs.Scale SCALE =
      new NetworkInputs.Scale(List.of(0.5, 0.4, 0.3), List.of(0.2, 0.25, 0.3));

  private Programs() {}

  /** Convolutions with normalisations, dropout and a linear layer, in evaluation mode. */
  public static Path small(Path directory) throws IOException {
    return write(directory, List.of("one", "two", "head"), "small/one", "small/two", "small/head");
  }

  /** The same as {@link #small} as methods of one file, whose module has no {@code forward}. */
  public static Path methods(Path directory) throws IOException {
    List<ProgramManifest.Segment> segments = new ArrayList<>();
    for (String name : List.of("one", "two", "head")) {
      segments.add(new ProgramManifest.Segment(name, "one.pt", name, shape(name)));
    }
    return write(directory, segments, Collections.nCopies(segments.size(), file("methods")));
  }

  /** Cuts of {@link #vit}. */
  public static final List<String> VIT_CUTS = List.of("embed", "block0", "block1");

  /** A vision transformer of a class token and 16 tokens of 8 numbers, in two blocks. */
  public static Path vit(Path directory) throws IOException {
    return write(
        directory,
        List.of("embed", "block0", "block1", "head"),
        "vit/embed",
        "vit/block0",
        "vit/block1",
        "vit/head");
  }

  /**
   * The same as {@link #small} with {@code part}, a file of maps [4, 32, 32] to themselves, after
   * its first cut.
   */
  static Path with(Path directory, String part) throws IOException {
    return write(
        directory,
        List.of("one", "part", "two", "head"),
        "small/one",
        part,
        "small/two",
        "small/head");
  }

  private static Path write(Path directory, List<String> names, String... files)
      throws IOException {
    List<ProgramManifest.Segment> segments = new ArrayList<>();
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < files.length; i++) {
      String name = names.get(i);
      segments.add(
          new ProgramManifest.Segment(name, name + ".pt", ProgramManifest.FORWARD, shape(name)));
      paths.add(file(files[i]));
    }
    return write(directory, segments, paths);
  }

  private static List<Integer> shape(String name) {
    return switch (name) {
      case "two" -> List.of(6, 16, 16);
      case "head" -> List.of(10);
      case "embed", "block0", "block1" -> List.of(17, 8);
      default -> List.of(4, 32, 32);
    };
  }

  static Path write(Path directory, List<ProgramManifest.Segment> segments, List<Path> paths)
      throws IOException {
    Path program = Files.createTempFile(directory, "program", ".zip");
    ProgramArchive.write(
        program, new ProgramManifest("Small", List.of(3, 32, 32), SCALE, segments), paths);
    return program;
  }

  static Path file(String name) {
    return Path.of("src/test/resources/io/stitchflow/network/program/" + name + ".pt")
        .toAbsolutePath();
  }
}
