package io.stitchflow.faults;

import java.nio.file.FileSystemException;

/** What goes wrong, and at which call to the disk. */
sealed interface Fault {
  /**
   * Lets a call pass, or not.
   *
   * @param call of this process, from 0
   * @param takesSpace whether a full disk refuses such calls
   * @throws FileSystemException instead of the call's effect
   * @throws PowerLoss if the process ends here
   */
  void strike(int call, boolean takesSpace, String path) throws FileSystemException;

  /** Nothing goes wrong. */
  record None() implements Fault {
    @Override
    public void strike(int call, boolean takesSpace, String path) {}
  }

  /** One call ends in an error. */
  record ErrorAt(int call, String reason) implements Fault {
    @Override
    public void strike(int actual, boolean takesSpace, String path) throws FileSystemException {
      if (actual == call) {
        throw new FileSystemException(path, null, reason);
      }
    }
  }

  /** From one call on, everything ends in an error. */
  record ErrorFrom(int call, String reason) implements Fault {
    @Override
    public void strike(int actual, boolean takesSpace, String path) throws FileSystemException {
      if (actual >= call) {
        throw new FileSystemException(path, null, reason);
      }
    }
  }

  /** From one call on, there is no space: files can be read and removed, not made or extended. */
  record FullFrom(int call) implements Fault {
    @Override
    public void strike(int actual, boolean takesSpace, String path) throws FileSystemException {
      if (actual >= call && takesSpace) {
        throw new FileSystemException(path, null, Disk.NO_SPACE);
      }
    }
  }

  /** The process ends before a call takes effect. */
  record DeathAt(int call) implements Fault {
    @Override
    public void strike(int actual, boolean takesSpace, String path) {
      if (actual >= call) {
        throw new PowerLoss();
      }
    }
  }
}
