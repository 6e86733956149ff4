package io.stitchflow.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.CacheHome;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which variables say where things are cached; the store, data sets and native libraries alike. */
final class CacheHomeTest {
  @TempDir Path directory;

  private static Map<String, String> environment(String cache, String home) {
    Map<String, String> environment = new HashMap<>();
    if (cache != null) {
      environment.put("XDG_CACHE_HOME", cache);
    }
    if (home != null) {
      environment.put("HOME", home);
    }
    return environment;
  }

  @ParameterizedTest
  @CsvSource({
    "/cache, /home/me, /cache",
    "/cache,         , /cache",
    "/cache, relative, /cache",
    "      , /home/me, /home/me/.cache",
    "''    , /home/me, /home/me/.cache",
    "rel   , /home/me, /home/me/.cache"
  })
  void cacheHome_eachEnvironment_holdsAllThree(String cache, String home, String root)
      throws IOException {
    Map<String, String> environment = environment(cache, home);
    assertThat(CacheHome.of(environment)).isEqualTo(Path.of(root));
    assertThat(Stores.defaultDirectory(environment)).isEqualTo(Path.of(root, "stitchflow"));
    assertThat(Stores.datasets(environment)).isEqualTo(Path.of(root, "stitchflow", "datasets"));
    assertThat(NativeCache.of(environment)).isEqualTo(Path.of(root, "stitchflow-djl"));
  }

  @ParameterizedTest
  @CsvSource({",", "rel,", ",rel", "'',''"})
  void cacheHome_noAbsolutePath_isRefusedForAllThree(String cache, String home) {
    Map<String, String> environment = environment(cache, home);
    assertThatThrownBy(() -> Stores.defaultDirectory(environment))
        .isInstanceOf(NoCacheHomeException.class)
        .hasMessageContaining("set HOME");
    assertThatThrownBy(() -> Stores.datasets(environment)).isInstanceOf(NoCacheHomeException.class);
    assertThatThrownBy(() -> NativeCache.of(environment)).isInstanceOf(NoCacheHomeException.class);
  }

  @Test
  void djlCacheDir_set_isWhereNativeLibrariesAre() throws IOException {
    assertThat(NativeCache.of(Map.of("DJL_CACHE_DIR", "/var/djl"))).isEqualTo(Path.of("/var/djl"));
  }

  @Test
  void commands_withoutAnyHome_nameWhatToSet() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("e.textproto"),
            """
            name: "tiny"
            dataset { synthetic { train_examples: 48 test_examples: 32 } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 batch_size: 16 } }
            pair { sender: "a" receiver: "a" }
            cut: "stem"
            vanilla { recipe { epochs: 1 batch_size: 16 } }
            copy { recipe { batch_size: 16 } }
            """);
    assertRefused("stats");
    assertRefused("plan", file.toString());
    Path store = directory.resolve("store");
    Screen named = new Screen();
    assertThat(
            named.execute(Map.of("HOME", ""), "plan", file.toString(), "--store", store.toString()))
        .isEqualTo(ExitCode.DONE);
    assertRefused("run", file.toString(), "--store", store.toString());
    assertThat(store).doesNotExist();
  }

  private static void assertRefused(String... args) {
    Screen screen = new Screen();
    assertThat(screen.execute(Map.of("HOME", ""), args)).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .startsWith("stitchflow: neither XDG_CACHE_HOME nor HOME is an absolute path")
        .contains("--store", "DJL_CACHE_DIR");
  }
}
