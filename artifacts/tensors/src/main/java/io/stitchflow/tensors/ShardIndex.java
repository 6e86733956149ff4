package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.stitchflow.content.BoundedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The index of a sharded safetensors file, {@code model.safetensors.index.json} in the format of
 * Hugging Face: its {@code weight_map} names the shard of each array, a file beside the index.
 */
public final class ShardIndex {
  private static final String SUFFIX = ".index.json";
  private static final String WEIGHT_MAP = "weight_map";
  private static final int MOST_BYTES = 16 << 20;
  private static final int MOST_SHOWN = 5;

  private final Path path;

  /** Names of shards, by array. */
  private final SortedMap<String, String> shards = new TreeMap<>();

  private ShardIndex(Path path) throws IOException {
    this.path = path;
    JsonNode map = HeaderJson.read(BoundedReader.file(path, MOST_BYTES), "it").path(WEIGHT_MAP);
    check(map.isObject(), "it has no object '%s'", WEIGHT_MAP);
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      check(entry.getValue().isTextual(), "array '%s' has no name of a shard", entry.getKey());
      String shard = entry.getValue().textValue();
      check(
          isFileName(shard),
          "the shard '%s' of array '%s' is not the name of a file beside it",
          shard,
          entry.getKey());
      shards.put(entry.getKey(), shard);
    }
    check(!shards.isEmpty(), "its %s is empty", WEIGHT_MAP);
  }

  /** Whether a file is read as an index, by its name. */
  public static boolean isIndex(Path file) {
    return file.toString().endsWith(SUFFIX);
  }

  /**
   * Reads an index, but no shard.
   *
   * @throws InvalidFileException if it is not of the format, or names a shard in another folder
   */
  public static ShardIndex read(Path file) throws IOException {
    try {
      return new ShardIndex(file);
    } catch (IllegalArgumentException e) {
      throw new InvalidFileException(file, "not an index of shards, " + e.getMessage(), e);
    }
  }

  private static boolean isFileName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
  }

  /** Names of the shards, sorted. */
  public List<String> shards() {
    return List.copyOf(new TreeSet<>(shards.values()));
  }

  /**
   * Reads the headers of all shards; the shard of each array.
   *
   * @param files of {@link #shards}, in that order
   * @throws InvalidFileException if a shard is not a safetensors file, or if the index and the
   *     shards differ in their arrays
   */
  public SortedMap<String, SafetensorsFile> open(List<Path> files) throws IOException {
    SortedMap<String, SafetensorsFile> arrays = new TreeMap<>();
    List<String> unlisted = new ArrayList<>();
    List<String> names = shards();
    for (int i = 0; i < names.size(); i++) {
      String shard = names.get(i);
      SafetensorsFile file = Safetensors.readForeign(files.get(i));
      for (String array : file.names()) {
        if (shard.equals(shards.get(array))) {
          arrays.put(array, file);
        } else {
          unlisted.add(place(array, shard));
        }
      }
    }
    List<String> absent =
        shards.entrySet().stream()
            .filter(each -> !arrays.containsKey(each.getKey()))
            .map(each -> place(each.getKey(), each.getValue()))
            .toList();
    try {
      check(
          absent.isEmpty(), "it lists %s that their shards lack: %s", count(absent), brief(absent));
      check(unlisted.isEmpty(), "it lacks %s of its shards: %s", count(unlisted), brief(unlisted));
    } catch (IllegalArgumentException e) {
      throw new InvalidFileException(path, "not the index of its shards, " + e.getMessage(), e);
    }
    return arrays;
  }

  private static String place(String array, String shard) {
    return "'" + array + "' in '" + shard + "'";
  }

  private static String count(List<String> arrays) {
    return arrays.size() + (arrays.size() == 1 ? " array" : " arrays");
  }

  private static String brief(List<String> all) {
    String shown = String.join(", ", all.subList(0, Math.min(MOST_SHOWN, all.size())));
    return shown + (all.size() > MOST_SHOWN ? " and " + (all.size() - MOST_SHOWN) + " more" : "");
  }
}
