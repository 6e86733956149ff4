package io.stitchflow.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibtorchTest {
  @TempDir Path directory;

  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void unpackLibtorch() throws IOException {
    Path lib = Files.createDirectory(directory.resolve("lib"));
    Files.createFile(lib.resolve(System.mapLibraryName("torch")));
    variables.put("PYTORCH_LIBRARY_PATH", lib.toString());
    variables.put("PYTORCH_VERSION", "2.7.1");
    variables.put("PYTORCH_FLAVOR", "cu128");
  }

  @Test
  void version_noVariables_isTheClassPaths() {
    assertThat(Libtorch.version(name -> null)).startsWith("2.7.1-");
  }

  @Test
  void version_libraryThatFits_isWhatItsFileSays() throws IOException {
    build("2.7.1+cu128\n");
    assertThat(Libtorch.version(variables::get)).isEqualTo("2.7.1+cu128");
    variables.remove("PYTORCH_VERSION");
    assertThat(Libtorch.version(variables::get)).isEqualTo("2.7.1+cu128");
  }

  @Test
  void version_pathOfSeveral_isOfTheFirstThatHoldsLibtorch() throws IOException {
    build("2.7.1+cu128");
    String path = variables.get("PYTORCH_LIBRARY_PATH") + "/" + System.mapLibraryName("torch");
    variables.put(
        "PYTORCH_LIBRARY_PATH",
        String.join(File.pathSeparator, "", directory + "/none", directory.toString(), path));
    assertThat(Libtorch.version(variables::get)).isEqualTo("2.7.1+cu128");
  }

  @Test
  void version_pathThatLeadsNowhere_isTheClassPathsWhateverTheFlavor() {
    variables.put("PYTORCH_LIBRARY_PATH", directory.toString());
    assertThat(Libtorch.version(variables::get)).isEqualTo(Libtorch.version(name -> null));
  }

  @Test
  void version_anotherThanTheJnis_isRefusedWithBoth() throws IOException {
    build("2.6.0+cu126");
    assertThatThrownBy(() -> Libtorch.version(variables::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is 2.6.0+cu126, but DJL's JNI was built for 2.7.1");
  }

  @Test
  void version_noVersionFile_isRefusedWithItsName() {
    assertThatThrownBy(() -> Libtorch.version(variables::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(directory.resolve("build-version") + " is missing");
  }

  @Test
  void version_variablesThatSayOtherwise_areRefused() throws IOException {
    build("2.7.1+cu128");
    variables.put("PYTORCH_VERSION", "2.6.0");
    assertThatThrownBy(() -> Libtorch.version(variables::get))
        .hasMessageStartingWith("PYTORCH_VERSION must be 2.7.1");
    variables.put("PYTORCH_VERSION", "2.7.1");
    variables.remove("PYTORCH_FLAVOR");
    assertThatThrownBy(() -> Libtorch.version(variables::get))
        .hasMessageStartingWith("PYTORCH_FLAVOR must be cu128")
        .hasMessageEndingWith("but is: null");
  }

  @Test
  void version_downloadByVariables_isTheirs() {
    assertThat(Libtorch.version(Map.of("PYTORCH_VERSION", "2.8.0")::get)).isEqualTo("2.8.0");
    Map<String, String> flavored = Map.of("PYTORCH_VERSION", "2.8.0", "PYTORCH_FLAVOR", "cpu");
    assertThat(Libtorch.version(flavored::get)).isEqualTo("2.8.0+cpu");
  }

  @Test
  void forCuda_noVariables_isWhatTheJniIsBuiltFor() {
    assertThat(Libtorch.forCuda(name -> null)).isEqualTo("2.7.1+cu128");
    assertThat(getClass().getResource("/jnilib/linux-x86_64/cu128/libdjl_torch.so")).isNotNull();
  }

  @Test
  void forCuda_variables_win() {
    variables.put("PYTORCH_VERSION", "2.8.0");
    variables.put("PYTORCH_FLAVOR", "cu129");
    assertThat(Libtorch.forCuda(variables::get)).isEqualTo("2.8.0+cu129");
  }

  @Test
  void forCuda_clientWithTheCpusFlavor_isThatOfWorkers() {
    assertThat(Libtorch.forCuda(Map.of("PYTORCH_FLAVOR", "cpu")::get)).isEqualTo("2.7.1+cu128");
  }

  private void build(String version) throws IOException {
    Files.writeString(directory.resolve("build-version"), version);
  }
}
