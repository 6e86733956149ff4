package io.stitchflow.network.program;

import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Path;

/** A network's file in the store: the safetensors of layers, or the archive of a program. */
public final class NetworkFile {
  private NetworkFile() {}

  /**
   * Opens a network, of the kind that the file's first bytes show.
   *
   * @throws IllegalArgumentException if the file is not of a network, with what is missing
   */
  public static Network open(Lane lane, Path file) throws IOException {
    return ProgramArchive.isArchive(file)
        ? ProgramNetwork.open(lane, file)
        : LayeredNetwork.load(lane, file);
  }
}
