package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir Path directory;

  @Test
  void training_manySteps_keepsMemoryFlat() throws IOException {
    Bench bench = new Bench(directory);
    Path file = bench.representation(List.of(8, 32, 32), new float[32 * 8 * 1024]);
    try (Lane lane = Lane.open();
        Network receiver =
            LayeredNetwork.random(
                lane, Architecture.parse("ResNet(1,1,1,1)", 8, ClassificationTask.CIFAR10), 1);
        TensorFile sender = TensorFile.open(file)) {
      Stitch stitch =
          Stitch.between(new CutPoint("stem", sender.shape()), receiver.source().cut("stem"));
      try (FrozenStitch trained = FrozenStitch.random(lane, stitch, 1)) {
        Learning.steps(lane, receiver, trained, sender, 20);
        long before = residentBytes();
        Learning.steps(lane, receiver, trained, sender, 200);
        // One map of 1 MiB forgotten in each step would be 200
        assertThat(residentBytes() - before).isLessThan(50 * MEBIBYTE);
      }
    }
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("/proc/self/status has no VmRSS");
  }
}
