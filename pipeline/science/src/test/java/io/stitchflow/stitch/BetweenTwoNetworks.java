package io.stitchflow.stitch;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests of stitches between two small networks of one data set, which are trained once a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BetweenTwoNetworks {
  Path directory = Path.of("");
  Bench bench = new Bench(directory);
  Cells cells = new Cells(bench, Subject.NONE, Subject.NONE);

  @BeforeAll
  void train(@TempDir Path directory) throws IOException {
    this.directory = directory;
    bench = new Bench(directory);
    Path dataset = Subject.dataset(bench);
    cells = new Cells(bench, Subject.of(bench, dataset, 4, 1), Subject.of(bench, dataset, 4, 2));
  }
}
