package io.stitchflow.spec;

import io.stitchflow.content.IoReason;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.ForeignWeights;
import io.stitchflow.network.foreign.Complaint;
import io.stitchflow.network.foreign.Mismatch;
import io.stitchflow.network.foreign.WeightFiles;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.v1.NameMap;
import io.stitchflow.v1.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold of weights from a file. Their headers are read, not their numbers. */
final class WeightsRules {
  private final String path;
  private final Path base;
  private final SourcePositions origins;
  private final Problems problems;

  /**
   * @param path of the weights in the experiment
   * @param base what paths in it are relative to
   */
  WeightsRules(String path, Path base, SourcePositions origins, Problems problems) {
    this.path = path;
    this.base = base;
    this.origins = origins;
    this.problems = problems;
  }

  /**
   * Adds everything that is wrong.
   *
   * @param architecture of their network; null if unknown
   */
  void check(Weights weights, @Nullable Architecture architecture) {
    for (int i = 0; i < weights.getNameMapCount(); i++) {
      checkMap(weights.getNameMap(i), "name_map[" + i + "].from");
    }
    if (weights.getFile().isEmpty()) {
      add("file", "is missing; write the path of a safetensors file");
      return;
    }
    try {
      Path file = base.resolve(weights.getFile()).toAbsolutePath().normalize();
      checkFile(file, weights.getNameMapList(), architecture);
    } catch (InvalidPathException e) {
      add("file", "'" + e.getInput() + "' is not a path: " + e.getReason() + "; write one");
    } catch (InvalidFileException e) {
      add(
          "file",
          "cannot be read: "
              + e.getMessage()
              + "; choose a safetensors file, or an index of Hugging Face and its shards");
    } catch (IOException e) {
      add("file", "cannot be read: " + IoReason.of(e) + "; choose a safetensors file");
    }
  }

  private void add(String field, String text) {
    String at = path + "." + field;
    problems.add(origins.of(at), at, text);
  }

  private void checkMap(NameMap map, String field) {
    if (map.getFrom().isEmpty() && !map.getTo().endsWith(".")) {
      add(
          field,
          "is missing; write a name in the file, the beginning of names, ending in '.', or, for"
              + " all names, `to` only, ending in '.'");
    }
  }

  private void checkFile(Path file, List<NameMap> names, @Nullable Architecture architecture)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      add(
          "file",
          file + (Files.exists(file) ? " is not a file" : " does not exist") + "; check the name");
      return;
    }
    WeightFiles files = WeightFiles.of(file);
    List<String> absent = files.absentShards();
    if (!absent.isEmpty()) {
      add(
          "file",
          file
              + " names shards that are not files beside it: "
              + Mismatch.brief(absent)
              + "; download all shards into its folder, or choose another file");
    }
    if (!absent.isEmpty() || architecture == null) {
      return;
    }
    for (Complaint complaint : ForeignWeights.complaints(files.open(), architecture, names)) {
      String subject = complaint.field().equals("file") ? file + " " : "";
      add(complaint.field(), subject + complaint.text());
    }
  }
}
