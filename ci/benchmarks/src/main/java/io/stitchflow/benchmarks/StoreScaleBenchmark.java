package io.stitchflow.benchmarks;

import io.stitchflow.artifacts.Store;
import java.nio.file.Files;
import java.nio.file.Path;

public final class StoreScaleBenchmark {
  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[0]);
    Files.createDirectories(dir);
    Path file = CachedStages.experiment(dir.resolve("e.textproto"), Integer.parseInt(args[1]));
    long t = System.nanoTime();
    CachedStages.publish(CachedStages.plan(file), Store.open(dir.resolve("store")));
    System.out.println((System.nanoTime() - t) / 1e9);
  }
}
