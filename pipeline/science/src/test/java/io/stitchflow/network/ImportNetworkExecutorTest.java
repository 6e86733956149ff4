package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.foreign.WeightFiles;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportNetworkExecutorTest {
  private static final ImportNetwork NETWORK =
      ImportNetwork.newBuilder()
          .addAllBlocks(List.of(1, 1, 1, 1))
          .setWidth(2)
          .setClasses(10)
          .build();

  @TempDir Path directory;
  private Path own = Path.of("");
  private final List<NamedTensor> arrays = new ArrayList<>();

  @BeforeEach
  void makeNetwork() throws IOException {
    own = directory.resolve("own.safetensors");
    try (Lane lane = Lane.open();
        Weights weights = Weights.random(lane, Architecture.of(NETWORK), 1)) {
      weights.save(own);
    }
    SafetensorsFile file = Safetensors.read(own);
    for (String name : file.names()) {
      arrays.add(file.get(name));
    }
  }

  @Test
  void execute_singleFile_givesTheNetworksFile() throws IOException {
    assertThat(imported(WeightFiles.of(own), NETWORK)).isEqualTo(Digest.of(own));
  }

  @Test
  void execute_shards_givesTheSameFileAsASingleOne() throws IOException {
    WeightFiles files =
        shards(arrays.subList(0, 20), arrays.subList(20, 21), arrays.subList(21, 62));
    assertThat(files.byRole().keySet())
        .containsExactly("index", "shard[0]", "shard[1]", "shard[2]");
    assertThat(files.absentShards()).isEmpty();
    assertThat(imported(files, NETWORK)).isEqualTo(Digest.of(own));
  }

  @Test
  void execute_shardsWithOtherNames_givesTheSameFileByNameMaps() throws IOException {
    List<NamedTensor> renamed =
        arrays.stream().map(each -> named("m." + each.name(), each)).toList();
    NameMap map = NameMap.newBuilder().setFrom("m.").setTo("").build();
    assertThat(
            imported(
                shards(renamed.subList(0, 40), renamed.subList(40, 62)),
                NETWORK.toBuilder().addNameMap(map).build()))
        .isEqualTo(Digest.of(own));
  }

  @Test
  void execute_shardsInAnotherOrder_areRefused() throws IOException {
    WeightFiles files = shards(arrays.subList(0, 20), arrays.subList(20, 62));
    Map<String, Path> swapped = new LinkedHashMap<>(files.byRole());
    swapped.put("shard[0]", directory.resolve("model-1.safetensors"));
    swapped.put("shard[1]", directory.resolve("model-0.safetensors"));
    assertThatThrownBy(() -> imported(swapped, NETWORK))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("it lists 62 arrays that their shards lack: ");
  }

  @Test
  void execute_fileOfMoreThan2GiB_readsWhatFollowsItsLargeArray() throws IOException {
    long large = 3L << 30;
    StringBuilder header =
        new StringBuilder(
            "{\"ema.large\":{\"dtype\":\"U8\",\"shape\":[3,1073741824],\"data_offsets\":[0,"
                + large
                + "]}");
    long end = large;
    for (NamedTensor array : arrays) {
      header
          .append(",\"" + array.name() + "\":{\"dtype\":\"F32\",\"shape\":" + array.shape())
          .append(",\"data_offsets\":[" + end + "," + (end + array.data().remaining()) + "]}");
      end += array.data().remaining();
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    Path file = directory.resolve("large.safetensors");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).putLong(Long.reverseBytes(json.length));
      channel.write(length.flip());
      channel.write(ByteBuffer.wrap(json));
      channel.position(channel.position() + large); // a hole, which takes no disk
      for (NamedTensor array : arrays) {
        channel.write(array.data());
      }
    }
    NameMap leaveOut = NameMap.newBuilder().setFrom("ema.").build();
    assertThat(imported(WeightFiles.of(file), NETWORK.toBuilder().addNameMap(leaveOut).build()))
        .isEqualTo(Digest.of(own));
  }

  /** Writes each list as a shard, and their index. */
  @SafeVarargs
  private WeightFiles shards(List<NamedTensor>... shards) throws IOException {
    List<String> map = new ArrayList<>();
    for (int i = 0; i < shards.length; i++) {
      String name = "model-" + i + ".safetensors";
      Safetensors.write(directory.resolve(name), shards[i], new TreeMap<>());
      shards[i].forEach(array -> map.add("\"" + array.name() + "\": \"" + name + "\""));
    }
    Path index = directory.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"metadata\": {}, \"weight_map\": {" + String.join(", ", map) + "}}");
    return WeightFiles.of(index);
  }

  private static NamedTensor named(String name, NamedTensor array) {
    return new NamedTensor(name, Dtype.F32, array.shape(), array.data());
  }

  private Digest imported(WeightFiles files, ImportNetwork network) throws IOException {
    return imported(files.byRole(), network);
  }

  private Digest imported(Map<String, Path> files, ImportNetwork network) throws IOException {
    Path made = directory.resolve("made");
    Action.Builder action = Action.newBuilder().setImportNetwork(network);
    files.keySet().forEach(role -> action.addInput(Input.newBuilder().setRole(role)));
    StageRun run =
        new StageRun() {
          @Override
          public Action action() {
            return action.build();
          }

          @Override
          public Path input(String role) {
            return Objects.requireNonNull(files.get(role), role);
          }

          @Override
          public Path output(String name) {
            return made;
          }
        };
    new ImportNetworkExecutor().execute(List.of(run), done -> {});
    return Digest.of(made);
  }
}
