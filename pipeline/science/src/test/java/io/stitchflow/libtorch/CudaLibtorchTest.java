package io.stitchflow.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.LibUtils;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibtorchTest {
  @TempDir Path directory;

  /** JUnit warns of links that lead out of its directory. */
  @AfterEach
  void deleteLinks() throws IOException {
    List<Path> links;
    try (Stream<Path> files = Files.walk(directory)) {
      links = files.filter(Files::isSymbolicLink).toList();
    }
    for (Path link : links) {
      Files.delete(link);
    }
  }

  /** libtorch for the CPU stands in for that for CUDA, and its own c10 for CUDA's runtime. */
  @Test
  void properties_setBeforeTheEngine_haveDjlAndJnaLoadFromTheDirectory() throws Exception {
    Path lib = linkCpuLibraries();
    Files.writeString(directory.resolve("build-version"), "2.7.1+cpu\n");
    Path runtime =
        Files.createDirectory(directory.resolve("cudart")).resolve(System.mapLibraryName("cudart"));
    Files.createSymbolicLink(runtime, lib.resolve(System.mapLibraryName("c10")));

    assertThat(LibtorchProcess.run(lib).lines())
        .containsExactly(runtime.toString(), "2.7.1+cpu", lib.toString());
  }

  @Test
  @SuppressWarnings("try") // the lane is opened, not used
  void use_processThatHasALibtorch_changesNothing() {
    try (Lane lane = Lane.open()) {
      new CudaLibtorch(directory, "cache").use();
      assertThat(System.getProperty("PYTORCH_LIBRARY_PATH")).isNull();
      assertThat(CudaLibtorch.findUnlessLoaded()).isNull();
    }
  }

  @Test
  void isIn_otherVersionOrNoLibrary_isFalse() throws IOException {
    assertThat(CudaLibtorch.isIn(directory)).isFalse();
    FakeTorch.archive(directory.resolve("other"), "2.6.0+cu126");
    assertThat(CudaLibtorch.isIn(directory.resolve("other"))).isFalse();
    FakeTorch.archive(directory.resolve("right"), CudaLibtorch.version());
    assertThat(CudaLibtorch.isIn(directory.resolve("right"))).isTrue();
  }

  @Test
  void find_processWithItsProperties_findsThemAsTheUsersChoice() throws IOException {
    Path lib = FakeTorch.archive(directory.resolve("right"), CudaLibtorch.version());
    assertThat(CudaLibtorch.find(Map.of("PYTORCH_LIBRARY_PATH", lib.toString())).lib())
        .isEqualTo(lib);
  }

  /** The libraries that DJL loads in this process, under other paths. */
  @SuppressWarnings("try") // the lane is opened, not used
  private Path linkCpuLibraries() throws IOException {
    Path lib = Files.createDirectory(directory.resolve("lib"));
    try (Lane lane = Lane.open();
        DirectoryStream<Path> files =
            Files.newDirectoryStream(Path.of(LibUtils.getLibtorchPath()))) {
      for (Path file : files) {
        Files.createSymbolicLink(lib.resolve(file.getFileName()), file);
      }
    }
    return lib;
  }
}
