package io.stitchflow.network.layer;

/**
 * Something that is wrong with a network that somebody described.
 *
 * @param path where: {@code layer[2].residual.body[0].conv.channels}
 * @param text what is wrong; what to do
 */
public record LayerProblem(String path, String text) {
  @Override
  public String toString() {
    return path + ": " + text;
  }
}
