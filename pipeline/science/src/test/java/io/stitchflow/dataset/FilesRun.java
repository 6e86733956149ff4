package io.stitchflow.dataset;

import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Action;
import java.nio.file.Path;

/** A stage whose inputs and outputs are the files of their names in two folders. */
record FilesRun(Action action, Path inputs, Path outputs) implements StageRun {
  @Override
  public Path input(String role) {
    return inputs.resolve(role);
  }

  @Override
  public Path output(String name) {
    return outputs.resolve(name);
  }
}
