package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardIndexTest {
  @TempDir Path directory;

  @Test
  void isIndex_anyFile_goesByTheEndOfItsName() {
    assertThat(ShardIndex.isIndex(Path.of("model.safetensors.index.json"))).isTrue();
    assertThat(ShardIndex.isIndex(Path.of("model.safetensors"))).isFalse();
    assertThat(ShardIndex.isIndex(Path.of("model.index.json", "model.safetensors"))).isFalse();
  }

  @Test
  void open_shardsWithTheListedArrays_givesTheShardOfEachArray() throws IOException {
    ShardIndex index = index("{\"a\": \"2\", \"b\": \"1\", \"c\": \"2\"}");
    assertThat(index.shards()).containsExactly("1", "2");
    var arrays = index.open(List.of(shard("1", "b"), shard("2", "a", "c")));
    assertThat(arrays.keySet()).containsExactly("a", "b", "c");
    assertThat(arrays.get("a")).isSameAs(arrays.get("c")).isNotSameAs(arrays.get("b"));
    assertThat(Objects.requireNonNull(arrays.get("b")).get("b").shape()).containsExactly(1);
  }

  @Test
  void open_shardsWithoutListedArrays_isInvalidAndNamesFiveOfThem() throws IOException {
    ShardIndex index =
        index(
            "{\"a\": \"1\", \"b\": \"1\", \"c\": \"1\", \"d\": \"1\", \"e\": \"1\", \"f\":"
                + " \"1\", \"g\": \"1\"}");
    assertThatThrownBy(() -> index.open(List.of(shard("1", "g"))))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("model.safetensors.index.json: not the index of its shards, ")
        .hasMessageEndingWith(
            "it lists 6 arrays that their shards lack: 'a' in '1', 'b' in '1', 'c' in '1', 'd' in"
                + " '1', 'e' in '1' and 1 more");
  }

  @Test
  void open_arrayInAnotherShardThanListed_isInvalid() throws IOException {
    ShardIndex index = index("{\"a\": \"1\", \"b\": \"2\"}");
    assertThatThrownBy(() -> index.open(List.of(shard("1", "b"), shard("2", "a"))))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageEndingWith("it lists 2 arrays that their shards lack: 'a' in '1', 'b' in '2'");
  }

  @Test
  void open_arrayThatIsNotListed_isInvalid() throws IOException {
    ShardIndex index = index("{\"a\": \"1\", \"b\": \"2\"}");
    assertThatThrownBy(() -> index.open(List.of(shard("1", "a"), shard("2", "a", "b"))))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageEndingWith("it lacks 1 array of its shards: 'a' in '2'");
  }

  @Test
  void open_shardThatDoesNotExist_fails() throws IOException {
    ShardIndex index = index("{\"a\": \"1\"}");
    assertThatThrownBy(() -> index.open(List.of(directory.resolve("1"))))
        .isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"a\": \"../1\"} | the shard '../1' of array 'a' is not the name of a file beside it",
        "{\"a\": \"x/1\"} | the shard 'x/1' of array 'a'",
        "{\"a\": \"/1\"} | the shard '/1' of array 'a'",
        "{\"a\": \"x\\\\1\"} | the shard 'x\\1' of array 'a'",
        "{\"a\": \"..\"} | the shard '..' of array 'a'",
        "{\"a\": \".\"} | the shard '.' of array 'a'",
        "{\"a\": \"\"} | the shard '' of array 'a'",
        "{\"a\": 1} | array 'a' has no name of a shard",
        "{\"a\": null} | array 'a' has no name of a shard",
        "{} | its weight_map is empty",
        "[] | it has no object 'weight_map'",
        "{\"a\": \"1\", \"a\": \"2\"} | it has the key 'a' twice",
        "{\"a\": | it is not JSON",
      })
  void read_invalidIndex_isRefusedWithItsName(String map, String reason) {
    assertThatThrownBy(() -> index(map))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("model.safetensors.index.json: not an index of shards, ")
        .hasMessageContaining(reason);
  }

  private ShardIndex index(String map) throws IOException {
    Path file = directory.resolve("model.safetensors.index.json");
    Files.writeString(file, "{\"metadata\": {\"total_size\": 8}, \"weight_map\": " + map + "}");
    return ShardIndex.read(file);
  }

  private Path shard(String name, String... arrays) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (String array : arrays) {
      tensors.add(new NamedTensor(array, Dtype.F32, List.of(1), ByteBuffer.allocate(4)));
    }
    Path file = directory.resolve(name);
    Safetensors.write(file, tensors, new TreeMap<>());
    return file;
  }
}
