package io.stitchflow.faults;

/** Ends the process that uses a {@link Disk}: no handler of exceptions may go on from here. */
final class PowerLoss extends Error {
  PowerLoss() {
    super("the process is dead: nothing it calls may change the disk any more");
  }
}
