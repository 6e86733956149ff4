package io.stitchflow.representation;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a network's representations of one split: one forward pass in inference mode feeds all
 * cuts of the group.
 */
public final class CollectRepresentationExecutor implements StageExecutor {
  /**
   * Images a forward pass. The kernels that libtorch chooses, and with them the last bits, depend
   * on it: it is part of the stage's version, and the one that networks are evaluated with.
   */
  private static final int BATCH = 64;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    Groups.checkShared(runs, "network", run -> Groups.input(run, "network"));
    Groups.checkShared(runs, "data set", run -> Groups.input(run, "dataset"));
    Groups.checkShared(
        runs, "number of examples", run -> run.action().getCollectRepresentation().getExamples());
    StageRun first = runs.get(0);
    try (Lane lane = Groups.openLane(runs);
        Network network = NetworkFile.open(lane, first.input("network"));
        TensorFile images = TensorFile.open(first.input("dataset"))) {
      checkShape(network, images);
      int wanted = first.action().getCollectRepresentation().getExamples();
      int examples = wanted == 0 ? images.rows() : Math.min(wanted, images.rows());
      Pass pass = new Pass(lane, network, images, examples);
      DeviceMemory.halving(
          BATCH,
          batch -> {
            try (Writers writers = Writers.open(runs, network, images)) {
              pass.write(writers, batch, progress);
              writers.checkFinite();
            }
          });
    }
  }

  private static void checkShape(Network network, TensorFile images) {
    List<Integer> taken = network.source().task().shape();
    if (!images.shape().equals(taken)) {
      throw new IllegalArgumentException(
          "the network takes images " + taken + ", but the data set's are " + images.shape());
    }
  }

  /** One way through the first {@code examples} images. */
  private record Pass(Lane lane, Network network, TensorFile images, int examples) {
    void write(Writers writers, int batch, DoubleConsumer progress) {
      NetworkInputs inputs = network.inputs(images, batch);
      for (int from = 0; from < examples; from += batch) {
        // Whole batches even where fewer are kept, so that the bits are those of the whole split
        int count = Math.min(batch, images.rows() - from);
        int kept = Math.min(count, examples - from);
        int[] labels = IntStream.range(from, from + kept).map(images::label).toArray();
        int first = from;
        Lane.scoped(
            () -> {
              NDArray x = inputs.batch(lane, first, count);
              network.cuts(x, (cut, y) -> writers.write(cut, y, labels));
            });
        progress.accept((from + kept) / (double) examples);
      }
    }
  }

  /** A file a cut. */
  private static final class Writers implements AutoCloseable {
    private final Map<String, RepresentationWriter> byLayer = new LinkedHashMap<>();

    static Writers open(List<StageRun> runs, Network network, TensorFile images)
        throws IOException {
      Writers writers = new Writers();
      for (StageRun run : runs) {
        RepresentationWriter writer = RepresentationWriter.create(run, network.source(), images);
        writers.byLayer.put(writer.cut().layer(), writer);
      }
      return writers;
    }

    void write(CutPoint cut, NDArray representation, int[] labels) {
      @Nullable RepresentationWriter writer = byLayer.get(cut.layer());
      if (writer == null) {
        return;
      }
      try (HostArray values = HostArray.of(representation)) {
        ByteBuffer kept = values.bytes();
        kept.limit(labels.length * cut.elements() * Float.BYTES);
        writer.write(kept, labels);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void checkFinite() {
      byLayer.values().forEach(RepresentationWriter::checkFinite);
    }

    @Override
    public void close() throws IOException {
      for (RepresentationWriter writer : byLayer.values()) {
        writer.close();
      }
    }
  }
}
