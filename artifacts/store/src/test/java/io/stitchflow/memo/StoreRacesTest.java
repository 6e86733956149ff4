package io.stitchflow.memo;

import static io.stitchflow.store.StoreFiles.files;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Eight processes that want the same keys at the same time. */
@Timeout(600)
class StoreRacesTest {
  private static final int AT_ONCE = 8;

  private final Processes processes = new Processes();
  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = StoreFiles.fastDirectory();
  }

  @AfterEach
  void deleteDirectory() throws Exception {
    processes.close();
    StoreFiles.deleteAll(directory);
  }

  @Test
  void publish_differentValuesAtOnce_oneWinsForEverybodyAndTheOthersAreNoted() throws Exception {
    Path root = directory.resolve("store");

    List<List<String>> standing = race(RaceProcess.class, root.toString());

    assertThat(standing.get(0)).hasSize(RaceProcess.KEYS);
    assertThat(standing).allSatisfy(seen -> assertThat(seen).isEqualTo(standing.get(0)));
    Store store = Store.open(root);
    ActionCache cache = new ActionCache(store);
    for (int i = 0; i < RaceProcess.KEYS; i++) {
      Digest key = ActionKeys.key(RaceProcess.action(i));
      ActionResult winner = Objects.requireNonNull(cache.find(key));
      assertThat(Actions.only(winner).hex()).isEqualTo(standing.get(0).get(i));
      assertThat(store.open(Actions.only(winner))).exists();
      List<Path> others = files(StoreFiles.path(store, Folder.NONDETERMINISM, key));
      assertThat(others).hasSize(AT_ONCE - 1);
    }
    assertThat(files(store, Folder.TMP)).isEmpty();
    assertThat(files(store, Folder.QUARANTINE)).isEmpty();
  }

  @Test
  void chain_atOnce_computesEachActionOnce() throws Exception {
    Path root = directory.resolve("store");

    List<List<String>> computed = race(ChainProcess.class, root.toString(), "0", "1");

    assertThat(computed.stream().flatMap(List::stream))
        .hasSize(ChainProcess.ACTIONS)
        .doesNotHaveDuplicates();
    assertThat(ChainProcess.run(Store.open(root), 0, ran -> assertThat(ran).isEmpty()))
        .isEqualTo(ChainProcess.expected(0));
    assertThat(files(Store.open(root), Folder.NONDETERMINISM)).isEmpty();
  }

  /** The lines that each process has printed. */
  private List<List<String>> race(Class<?> program, String... arguments) throws Exception {
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      started.add(processes.start(program, arguments));
    }
    return Processes.race(started);
  }
}
