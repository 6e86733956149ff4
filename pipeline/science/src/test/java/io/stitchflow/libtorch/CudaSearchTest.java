package io.stitchflow.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaSearchTest {
  private static final String RIGHT = "2.7.1+cu128";

  @TempDir Path directory;

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void emptyCache() {
    environment.put("HOME", directory.resolve("home").toString());
  }

  @Test
  void find_everyPlace_isTakenInOrder() throws IOException {
    Path cached = FakeTorch.archive(CudaLibtorch.cached(environment), RIGHT);
    assertThat(find()).isEqualTo(new CudaLibtorch(cached, "cache"));

    Path system = FakeTorch.inPackages(directory.resolve("dist-packages"), RIGHT);
    Path bin =
        FakeTorch.python(directory.resolve("bin"), "echo " + system.resolveSibling("__init__.py"));
    environment.put("PATH", directory.resolve("none") + ":" + bin);
    assertThat(find()).isEqualTo(new CudaLibtorch(system, "torch of " + bin + "/python3"));

    Path conda = FakeTorch.inEnvironment(put("CONDA_PREFIX", "conda"), RIGHT);
    assertThat(find())
        .isEqualTo(new CudaLibtorch(conda, "torch of CONDA_PREFIX (" + directory + "/conda)"));

    Path virtual = FakeTorch.inEnvironment(put("VIRTUAL_ENV", "venv"), RIGHT);
    assertThat(find())
        .isEqualTo(new CudaLibtorch(virtual, "torch of VIRTUAL_ENV (" + directory + "/venv)"));

    Path named = FakeTorch.archive(directory.resolve("named"), RIGHT);
    environment.put("PYTORCH_LIBRARY_PATH", named.toString());
    assertThat(find()).isEqualTo(new CudaLibtorch(named, "PYTORCH_LIBRARY_PATH"));
  }

  @Test
  void find_libraryPathIsPipsTorch_isUsed() throws IOException {
    Path lib = FakeTorch.inEnvironment(directory.resolve("venv"), RIGHT);
    environment.put("PYTORCH_LIBRARY_PATH", lib.toString());
    assertThat(find().lib()).isEqualTo(lib);
  }

  @Test
  void find_libraryPathIsWrong_isRefusedWithoutLookingFurther() throws IOException {
    FakeTorch.archive(CudaLibtorch.cached(environment), RIGHT);
    environment.put("PYTORCH_LIBRARY_PATH", directory + "/nowhere");
    assertThatThrownBy(this::find)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "PYTORCH_LIBRARY_PATH is '%s/nowhere', which has no libtorch, but libtorch 2.7.1+cu128 is needed; set it to the directory lib of that version, or unset it and run 'stitchflow setup cuda'",
            directory);

    Path other = FakeTorch.archive(directory.resolve("other"), "2.6.0+cu126");
    environment.put("PYTORCH_LIBRARY_PATH", other.toString());
    assertThatThrownBy(this::find).hasMessageContaining("which has libtorch 2.6.0+cu126, but");

    Files.delete(directory.resolve("other/build-version"));
    assertThatThrownBy(this::find)
        .hasMessageContaining("a libtorch of unknown version")
        .hasMessageContaining(directory + "/other/build-version is missing");

    environment.put("PYTORCH_LIBRARY_PATH", "");
    assertThatThrownBy(this::find).hasMessageContaining("PYTORCH_LIBRARY_PATH is ''");
  }

  @Test
  void find_versionOrFlavorSaysOtherwise_isRefusedByName() throws IOException {
    FakeTorch.archive(CudaLibtorch.cached(environment), RIGHT);
    environment.put("PYTORCH_VERSION", "2.7.1");
    environment.put("PYTORCH_FLAVOR", "cu128");
    assertThat(find().place()).isEqualTo("cache");

    environment.put("PYTORCH_FLAVOR", "cpu");
    assertThatThrownBy(this::find)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "PYTORCH_FLAVOR is 'cpu', but libtorch 2.7.1+cu128 needs cu128; unset it, or set it to cu128");
  }

  @Test
  void find_otherVersionInPython_goesOnToTheCache() throws IOException {
    FakeTorch.inEnvironment(put("VIRTUAL_ENV", "venv"), "2.7.1+cu126");
    Path cached = FakeTorch.archive(CudaLibtorch.cached(environment), RIGHT);
    assertThat(find()).isEqualTo(new CudaLibtorch(cached, "cache"));
  }

  @Test
  void find_nothingFits_namesEveryPlaceAndWhatItHas() throws IOException {
    FakeTorch.inEnvironment(put("VIRTUAL_ENV", "venv"), "2.7.1+cu126");
    put("CONDA_PREFIX", "conda");
    Path bin = FakeTorch.python(directory.resolve("bin"), "echo");
    environment.put("PATH", bin.toString());
    assertThatThrownBy(this::find)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "libtorch 2.7.1+cu128 was not found: PYTORCH_LIBRARY_PATH is not set; VIRTUAL_ENV (%1$s/venv) has libtorch 2.7.1+cu126 in %1$s/venv/lib/python3.11/site-packages/torch; CONDA_PREFIX (%1$s/conda) has no torch; %1$s/bin/python3 has no torch; the cache has none in %1$s/home/.cache/stitchflow-djl/libtorch/2.7.1+cu128; run 'stitchflow setup cuda' to download it into the cache",
            directory);
  }

  @Test
  void find_noVariablesAtAll_namesThem() {
    environment.clear();
    assertThatThrownBy(this::find)
        .hasMessageContaining("VIRTUAL_ENV is not set; CONDA_PREFIX is not set")
        .hasMessageContaining("python3 (not in PATH) has no torch; there is no cache, since");
  }

  @Test
  void find_cacheThatIsNotComplete_isNotUsed() throws IOException {
    Path lib = FakeTorch.archive(CudaLibtorch.cached(environment), RIGHT);
    Files.delete(lib.resolve(System.mapLibraryName("torch")));
    assertThatThrownBy(this::find).hasMessageContaining("the cache has none in ");
  }

  @Test
  void cached_cacheDirectoryOfDjl_isInThere() throws IOException {
    assertThat(CudaLibtorch.cached(Map.of("DJL_CACHE_DIR", "/var/djl")))
        .isEqualTo(Path.of("/var/djl/libtorch/2.7.1+cu128"));
    assertThat(CudaLibtorch.cached(Map.of("XDG_CACHE_HOME", "/c")))
        .isEqualTo(Path.of("/c/stitchflow-djl/libtorch/2.7.1+cu128"));
  }

  @Test
  void properties_ofEachPlace_areWhatDjlAndJnaRead() throws IOException {
    Path named = FakeTorch.archive(directory.resolve("named"), RIGHT);
    Map<String, String> djl = Map.of("PYTORCH_VERSION", "2.7.1", "PYTORCH_FLAVOR", "cu128");
    assertThat(new CudaLibtorch(named, "").properties(""))
        .containsAllEntriesOf(djl)
        .containsEntry("PYTORCH_LIBRARY_PATH", named.toString())
        .hasSize(3);

    Path pip = FakeTorch.inEnvironment(directory.resolve("venv"), RIGHT);
    Path runtime =
        Files.createDirectories(
            directory.resolve("venv/lib/python3.11/site-packages/nvidia/cuda_runtime/lib"));
    assertThat(new CudaLibtorch(pip, "").properties("/mine"))
        .containsAllEntriesOf(djl)
        .containsEntry("jna.library.path", runtime + ":/mine");

    Path link = Files.createDirectories(directory.resolve("named/cudart"));
    Files.createFile(link.resolve(System.mapLibraryName("cudart")));
    assertThat(new CudaLibtorch(named, "").properties(""))
        .containsEntry("jna.library.path", link.toString());
    assertThat(new CudaLibtorch(named, "").properties(link.toString()))
        .doesNotContainKey("jna.library.path");
  }

  private Path put(String variable, String name) {
    Path path = directory.resolve(name);
    environment.put(variable, path.toString());
    return path;
  }

  private CudaLibtorch find() {
    return new CudaSearch(environment).find();
  }
}
