package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.content.StoreException;
import io.stitchflow.transforms.ClusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class FailureReportTest {
  private static void assertEndsWith(int code, String line, Throwable problem) {
    for (Throwable each :
        List.of(problem, new IllegalStateException("wrapped", new RuntimeException(problem)))) {
      assertThat(FailureReport.of(each, "/store"))
          .isEqualTo(new FailureReport(code, List.of("stitchflow: " + line)));
    }
  }

  private static String line(Throwable problem, int code) {
    FailureReport failure = Objects.requireNonNull(FailureReport.of(problem, "/store"));
    assertThat(failure.exitCode()).isEqualTo(code);
    assertThat(failure.lines()).hasSize(1);
    return failure.lines().get(0);
  }

  @Test
  void of_codedException_endsWithItsCodeAlsoAsACause() {
    assertEndsWith(ExitCode.STORE, "it is full", new StoreException("it is full"));
    assertEndsWith(ExitCode.INPUT, "--x: is wrong", new InputException("--x: is wrong"));
    assertEndsWith(ExitCode.INPUT, "no slots", new ClusterException("no slots"));
  }

  @Test
  void of_errorOfFilesOrNetwork_isASentenceWithoutClassNames() {
    assertEndsWith(ExitCode.INPUT, "out: exists already", new FileAlreadyExistsException("out"));
    assertEndsWith(ExitCode.INPUT, "x: does not exist", new NoSuchFileException("x"));
    assertEndsWith(
        ExitCode.INPUT, "x: not permitted (access denied)", new AccessDeniedException("x"));
    assertEndsWith(
        ExitCode.INPUT,
        "x: the path or a name in it is too long for the file system; choose a shorter one",
        new FileSystemException("x", null, "File name too long"));
    assertEndsWith(ExitCode.INPUT, "nothing answers there", new ConnectException());
    assertEndsWith(ExitCode.INPUT, "unknown host nowhere", new UnknownHostException("nowhere"));
    assertEndsWith(ExitCode.INPUT, "the disk is full", new IOException("No space left on device"));
    assertEndsWith(
        ExitCode.INPUT,
        "the disk is full",
        new UncheckedIOException(new IOException("No space left on device")));
  }

  @Test
  void of_fileOfTheStore_isTheStoresFault() {
    assertEndsWith(
        ExitCode.STORE, "/store/cas/3f: does not exist", new NoSuchFileException("/store/cas/3f"));
  }

  @Test
  void of_limitOfTheMachine_namesLimitAndRemedyAndIsNoBug() {
    assertThat(line(new OutOfMemoryError("Java heap space"), ExitCode.INPUT))
        .contains("JDK_JAVA_OPTIONS=-Xmx");
    assertThat(
            line(new IOException("Map failed", new OutOfMemoryError("Map failed")), ExitCode.INPUT))
        .contains("ulimit -v");
    assertThat(line(new StackOverflowError(), ExitCode.INPUT)).contains("-Xss");
    assertThat(line(new FileSystemException("x", null, "Too many open files"), ExitCode.INPUT))
        .contains("x: too many open files", "ulimit -n");
    assertThat(line(new UnsatisfiedLinkError("libtorch.so: file too short"), ExitCode.INPUT))
        .contains("libtorch.so: file too short", "DJL_CACHE_DIR", "ulimit -n");
    assertThat(
            line(
                new InternalError("a fault occurred in a recent unsafe memory access operation"),
                ExitCode.STORE))
        .contains("/store", "stitchflow verify");
  }

  @Test
  void of_pathThatTheLocaleHasNot_namesTheLocale() {
    assertThat(
            line(
                new InvalidPathException(
                    "\ufffd", "Malformed input or input contains unmappable characters"),
                ExitCode.INPUT))
        .contains("LC_ALL=C.UTF-8");
    assertThat(line(new InvalidPathException("a\0b", "Nul character not allowed"), ExitCode.INPUT))
        .contains("no file can have this name")
        .doesNotContain("LC_ALL");
  }

  @Test
  void of_anythingElse_isABug() {
    assertThat(FailureReport.of(new NullPointerException("x"), "/store")).isNull();
    assertThat(FailureReport.of(new AssertionError("x"), "/store")).isNull();
    assertThat(FailureReport.of(new IllegalStateException("x"), "/store")).isNull();
  }
}
