package io.stitchflow.network.foreign;

import io.stitchflow.memo.StageRun;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.tensors.ShardIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that weights are read from, all of which are inputs of their import: a safetensors
 * file, or an index and its shards.
 */
public final class WeightFiles {
  private static final String WEIGHTS = "weights";
  private static final String INDEX = "index";

  private final @Nullable ShardIndex index;
  private final Map<String, Path> byRole;

  /**
   * @param index null of a single file
   */
  private WeightFiles(@Nullable ShardIndex index, Map<String, Path> byRole) {
    this.index = index;
    this.byRole = Collections.unmodifiableMap(byRole);
  }

  /**
   * Reads {@code file} if it is an index.
   *
   * @throws InvalidFileException if it is not one in spite of its name
   * @throws IOException if it cannot be read
   */
  public static WeightFiles of(Path file) throws IOException {
    if (!ShardIndex.isIndex(file)) {
      return new WeightFiles(null, Map.of(WEIGHTS, file));
    }
    ShardIndex index = ShardIndex.read(file);
    Map<String, Path> byRole = new LinkedHashMap<>();
    byRole.put(INDEX, file);
    List<String> shards = index.shards();
    for (int i = 0; i < shards.size(); i++) {
      byRole.put(shard(i), file.resolveSibling(shards.get(i)));
    }
    return new WeightFiles(index, byRole);
  }

  /** The inputs of an import. */
  public static WeightFiles of(StageRun run) throws IOException {
    if (run.action().getInputList().stream().noneMatch(each -> each.getRole().equals(INDEX))) {
      return new WeightFiles(null, Map.of(WEIGHTS, run.input(WEIGHTS)));
    }
    Path file = run.input(INDEX);
    ShardIndex index = ShardIndex.read(file);
    Map<String, Path> byRole = new LinkedHashMap<>();
    byRole.put(INDEX, file);
    for (int i = 0; i < index.shards().size(); i++) {
      byRole.put(shard(i), run.input(shard(i)));
    }
    return new WeightFiles(index, byRole);
  }

  private static String shard(int i) {
    return "shard[" + i + "]";
  }

  /** The files by the roles in which the import reads them, in order: shards by name. */
  public Map<String, Path> byRole() {
    return byRole;
  }

  /** Names of shards that do not exist, or are not files. */
  public List<String> absentShards() {
    return byRole.entrySet().stream()
        .filter(each -> !each.getKey().equals(INDEX) && !Files.isRegularFile(each.getValue()))
        .map(each -> "'" + each.getValue().getFileName() + "'")
        .toList();
  }

  /**
   * Reads the headers.
   *
   * @throws InvalidFileException if one is not a safetensors file, or if the index and the shards
   *     differ in their arrays
   * @throws IOException if one cannot be read
   */
  public ForeignArrays open() throws IOException {
    List<Path> files = List.copyOf(byRole.values());
    return index == null
        ? ForeignArrays.open(files.get(0))
        : new ForeignArrays(index.open(files.subList(1, files.size())));
  }
}
