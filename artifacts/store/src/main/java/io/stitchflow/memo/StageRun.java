package io.stitchflow.memo;

import io.stitchflow.content.FolderDigest;
import io.stitchflow.v1.Action;
import java.io.IOException;
import java.nio.file.Path;

/** One stage that has to run: its parameters, its inputs as files, and where its outputs go. */
public interface StageRun {
  /** Parameters, inputs' digests, toolchain. */
  Action action();

  /**
   * The file with the input in {@code role}, its bytes verified; never written to. Where several
   * inputs have one role, {@code role[0]} is the first of them. A folder, where the input is a
   * {@link FolderDigest}.
   *
   * @throws IllegalArgumentException if the stage has no such input
   * @throws IOException if it cannot be had
   */
  Path input(String role) throws IOException;

  /**
   * A file, not there yet, that the executor writes; published under {@code name} once the executor
   * has returned.
   */
  Path output(String name) throws IOException;

  /** Where this stage keeps how far it has come; removed once its outputs are published. */
  default Checkpoint checkpoint() {
    return Checkpoint.NONE;
  }

  /**
   * The mean training loss of the last epoch, which people see while the stage runs. It changes no
   * result.
   */
  default void loss(double loss) {}

  /**
   * This stage has failed and needs no outputs; the others of its group go on. Where it runs alone
   * there is nothing to go on with, and this may throw.
   *
   * @param why what went wrong and what to do, with the values
   */
  default void fail(String why) {
    throw new IllegalArgumentException(why);
  }
}
