package io.stitchflow.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonTorchTest {
  @TempDir Path directory;

  @Test
  void ofVariable_severalVersionsOfPython_areAll() throws IOException {
    for (String version : new String[] {"python3.12", "python3.11", "python2.7"}) {
      Files.createDirectories(directory.resolve("lib/" + version + "/site-packages/torch"));
    }
    assertThat(PythonTorch.ofVariable("VIRTUAL_ENV", directory.toString()))
        .extracting(PythonTorch::directory)
        .containsExactly(
            directory.resolve("lib/python3.11/site-packages/torch"),
            directory.resolve("lib/python3.12/site-packages/torch"));
  }

  @Test
  void ofVariable_noSuchDirectory_hasNone() {
    assertThat(PythonTorch.ofVariable("VIRTUAL_ENV", directory + "/gone"))
        .containsExactly(new PythonTorch("VIRTUAL_ENV (" + directory + "/gone)", null));
  }

  @Test
  void ofInterpreter_warnings_areNotRead() throws IOException {
    FakeTorch.python(directory, "echo warning >&2; echo /x/torch/__init__.py");
    assertThat(ask()).isEqualTo(new PythonTorch(python(), Path.of("/x/torch")));
  }

  @Test
  void ofInterpreter_noTorchOrAnotherAnswer_hasNone() throws IOException {
    FakeTorch.python(directory, "echo");
    assertThat(ask()).isEqualTo(new PythonTorch(python(), null));
    FakeTorch.python(directory, "echo Hello");
    assertThat(ask()).isEqualTo(new PythonTorch(python(), null));
  }

  @Test
  void ofInterpreter_failure_isNamed() throws IOException {
    FakeTorch.python(directory, "exit 127");
    assertThat(ask()).isEqualTo(new PythonTorch(python() + " (exit code 127)", null));
  }

  @Test
  void ofInterpreter_noAnswer_isGivenUp() throws IOException {
    FakeTorch.python(directory, "sleep 60");
    long start = System.nanoTime();
    assertThat(PythonTorch.ofInterpreter(directory.toString(), Duration.ofMillis(200)))
        .isEqualTo(new PythonTorch(python() + " (no answer in 0 seconds)", null));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  @Tag("nightly") // needs Python
  void ofInterpreter_realOne_findsItsPackageAndNotTheWorkingDirectorys() throws IOException {
    Path packages = directory.resolve("packages");
    Path lib = FakeTorch.inPackages(packages, "2.7.1+cu128");
    FakeTorch.python(directory, "cd " + packages + "; exec python3 -S \"$@\"");
    assertThat(ask()).isEqualTo(new PythonTorch(python(), null));
    FakeTorch.python(directory, "PYTHONPATH=" + packages + " exec python3 -S \"$@\"");
    assertThat(ask()).isEqualTo(new PythonTorch(python(), lib.getParent()));
  }

  private PythonTorch ask() {
    return PythonTorch.ofInterpreter(directory.toString());
  }

  private String python() {
    return directory.resolve("python3").toString();
  }
}
