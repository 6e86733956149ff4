package io.stitchflow.network.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.NameMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MismatchTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "module.a.w module.b.w | a.w b.w | from: \"module.\" to: \"\"",
        "module.model.a.w module.model.b.w | a.w b.w | from: \"module.model.\" to: \"\"",
        "a.w b.w | net.a.w net.b.w | to: \"net.\"",
        "features.0.w features.0.b c.w | conv1.w conv1.b c.w | from: \"features.0.\" to: \"conv1.\"",
        "a.w linear.w linear.b | a.w fc.w fc.b | from: \"linear.\" to: \"fc.\"",
        "m.a.w m.b.w m.a.num_batches_tracked | a.w b.w | from: \"m.\" to: \"\"",
        "é\\x.a.w é\\x.b.w | a.w b.w | from: \"é\\\\x.\" to: \"\"",
        "x.m.a.w x.m.b.w | x.a.w x.b.w | from: \"x.m.\" to: \"x.\"",
      })
  void complaints_oneBeginningExplainsAllNames_giveTheNameMap(
      String names, String wanted, String map) throws Exception {
    ForeignArrays arrays = write(names);
    List<Complaint> complaints = Mismatch.complaints(arrays, List.of(), "Net", shapes(wanted));
    assertThat(complaints)
        .hasSize(2)
        .allSatisfy(
            complaint ->
                assertThat(complaint.text())
                    .endsWith(
                        "; write `name_map { " + map + " }` in weights, with which all names fit"));
    NameMap written = TextFormat.parse(map, NameMap.class);
    assertThat(Mismatch.complaints(arrays, List.of(written), "Net", shapes(wanted))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "m.a.w n.b.w | a.w b.w", // two beginnings
        "m.a.w m.b.w m.c.w | a.w b.w", // one more array
        "m.a.w | a.w b.w", // one array fewer
        "a.x a.y | a.w a.v", // other endings
        "a_w a_v | w v", // not the beginning of a module
      })
  void complaints_noSingleBeginningExplainsAllNames_giveGeneralAdvice(String names, String wanted)
      throws IOException {
    assertThat(Mismatch.complaints(write(names), List.of(), "Net", shapes(wanted)))
        .isNotEmpty()
        .noneMatch(complaint -> complaint.text().contains("write `name_map"));
  }

  @Test
  void complaints_allThatIsLeftOverSharesABeginning_giveTheNameMapThatLeavesItOut()
      throws IOException {
    ForeignArrays arrays = write("a.w ema.a.w ema.steps");
    assertThat(Mismatch.complaints(arrays, List.of(), "Net", shapes("a.w")))
        .containsExactly(
            new Complaint(
                "file",
                "has 2 arrays that Net lacks: 'ema.a.w' [2], 'ema.steps' [2]; write `name_map {"
                    + " from: \"ema.\" }` in weights to leave out all of these and no other"));
    NameMap written = NameMap.newBuilder().setFrom("ema.").build();
    assertThat(Mismatch.complaints(arrays, List.of(written), "Net", shapes("a.w"))).isEmpty();
  }

  @Test
  void complaints_mapsAreThereAndABeginningExplainsTheRest_giveOneMoreNameMap() throws IOException {
    List<NameMap> written = List.of(NameMap.newBuilder().setFrom("m.linear.").setTo("fc.").build());
    assertThat(
            Mismatch.complaints(
                write("m.a.w m.b.w m.linear.w"), written, "Net", shapes("a.w b.w fc.w")))
        .hasSize(2)
        .allMatch(complaint -> complaint.text().contains("name_map { from: \"m.\" to: \"\" }"));
  }

  @Test
  void complaints_namesFitWithAnotherBeginningButSomeShapesDoNot_giveBoth() throws IOException {
    Map<String, List<Integer>> shapes = shapes("a.w b.w");
    shapes.put("b.w", List.of(3));
    assertThat(Mismatch.complaints(write("m.a.w m.b.w"), List.of(), "Net", shapes))
        .hasSize(3)
        .contains(
            new Complaint(
                "file",
                "has 1 array of the wrong shape: 'm.b.w' (here 'b.w') must be [3], but is [2];"
                    + " choose another file, or describe the network that the file is of"));
  }

  @Test
  void complaints_namesFitWithAnotherBeginningButNoShapeDoes_giveNoNameMap() throws IOException {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>(Map.of("fc.w", List.of(10, 512)));
    assertThat(Mismatch.complaints(write("aux.w"), List.of(), "Net", shapes))
        .hasSize(2)
        .noneMatch(complaint -> complaint.text().contains("write `name_map"));
  }

  @Test
  void complaints_manyArrays_nameFiveAndCountTheRest() throws IOException {
    String wanted = String.join(" ", IntStream.range(10, 30).mapToObj(i -> "a" + i).toList());
    assertThat(Mismatch.complaints(write("a10 a11"), List.of(), "Net", shapes(wanted)))
        .containsExactly(
            new Complaint(
                "file",
                "lacks 18 of 20 arrays of Net: 'a12' [2], 'a13' [2], 'a14' [2], 'a15' [2], 'a16'"
                    + " [2] and 13 more; translate the file's names by name_map, or choose another"
                    + " file or network"));
  }

  private ForeignArrays write(String names) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : names.split(" ", -1)) {
      tensors.add(new NamedTensor(name, Dtype.F32, List.of(2), ByteBuffer.allocate(8)));
    }
    Path file = directory.resolve("w.safetensors");
    Safetensors.write(file, tensors, new TreeMap<>());
    return ForeignArrays.open(file);
  }

  private static Map<String, List<Integer>> shapes(String names) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    for (String name : names.split(" ", -1)) {
      shapes.put(name, List.of(2));
    }
    return shapes;
  }
}
