package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that cannot take what a run gives: the run ends as any other, and says so. */
class FullStoreTest {
  @TempDir Path directory;

  @Test
  void run_storeTakesNoBlobs_finishesWithTheSameDigests() throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    Files.writeString(store.resolve("cas"), "in the way");
    finishes(store);
  }

  /** Only the superuser may mount one; everybody runs the test above. */
  @Test
  void run_diskGetsFull_finishesWithTheSameDigestsAndLeavesNothingHalfWritten() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    boolean small = call("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk.toString());
    try {
      Path store = Files.createDirectory(disk.resolve("store"));
      if (!small) {
        Files.writeString(store.resolve("cas"), "in the way");
      }
      finishes(store);
    } finally {
      if (small) {
        // Representations stay mapped until their buffers are collected
        assertThat(call("umount", "--lazy", disk.toString())).isTrue();
      }
    }
  }

  private void finishes(Path store) throws Exception {
    Experiment experiment = Laboratory.experiment(Laboratory.TINY);
    Finished oracle = new Laboratory(directory.resolve("oracle")).inProcess(experiment);
    Laboratory full = new Laboratory(store);

    Finished finished = full.onDirectRunner(experiment);

    assertThat(finished.digests()).isEqualTo(oracle.digests());
    assertThat(finished.ran())
        .allSatisfy(result -> assertThat(result.getOutcome()).isEqualTo(Outcome.RAN))
        .anySatisfy(result -> assertThat(result.getMessage()).contains(store.toString()));
    try (Stream<Path> files = Files.walk(store)) {
      List<Path> left =
          files
              .filter(Files::isRegularFile)
              .filter(file -> file.startsWith(store.resolve("tmp")))
              .toList();
      assertThat(left).isEmpty();
    }
    for (Path blob : Files.isDirectory(store.resolve("cas")) ? full.blobs() : List.<Path>of()) {
      assertThat(Digest.of(blob).hex()).isEqualTo(blob.getFileName().toString());
    }
  }

  private static boolean call(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
