package io.stitchflow.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class MachineLimitsTest {
  @Test
  void describe_heapFull_namesItsLimitAndOption() {
    String heap = "limited to " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB";
    for (String said : new String[] {"Java heap space", "GC overhead limit exceeded"}) {
      assertThat(sentence(new OutOfMemoryError(said))).contains(said, heap, "-Xmx");
    }
  }

  @Test
  void describe_otherMemoryFull_namesItsOwnLimitAndNotTheHeaps() {
    assertRemedy("Direct buffer memory", "-XX:MaxDirectMemorySize");
    assertRemedy(
        "Cannot reserve 9 bytes of direct buffer memory (allocated: 1, limit: 8)",
        "-XX:MaxDirectMemorySize");
    assertRemedy(
        "unable to create native thread: possibly out of memory or process/resource limits reached",
        "ulimit -u");
    assertRemedy("Map failed", "vm.max_map_count");
    assertRemedy("Metaspace", "-XX:MaxMetaspaceSize");
  }

  @Test
  void describe_memoryOfUnknownKindFull_isWhatTheErrorSaysAlone() {
    assertThat(sentence(new OutOfMemoryError("Requested array size exceeds VM limit")))
        .isEqualTo("out of memory: Requested array size exceeds VM limit");
    assertThat(sentence(new OutOfMemoryError())).isEqualTo("out of memory");
  }

  @Test
  void describe_fileThatCannotBeMapped_namesTheLimitOfMappings() {
    assertThat(sentence(new IOException("Map failed", new OutOfMemoryError("Map failed"))))
        .contains("vm.max_map_count");
  }

  @Test
  void describe_libraryThatCannotBeLoaded_namesItsFileAndNoJavaClass() {
    assertThat(sentence(new UnsatisfiedLinkError("/x/libtorch.so: file too short")))
        .contains("/x/libtorch.so: file too short", "ulimit -n", "500 MB");
    assertThat(sentence(new UnsatisfiedLinkError("'int ai.djl.pytorch.jni.X.y()'")))
        .doesNotContain("ai.djl");
    assertThat(sentence(new NoClassDefFoundError("Could not initialize class ai.djl.X")))
        .startsWith("a library cannot be loaded; ")
        .doesNotContain("ai.djl");
  }

  @Test
  void describe_mappedFileCutShort_namesTheStore() {
    InternalError error =
        new InternalError("a fault occurred in a recent unsafe memory access operation");
    assertThat(sentence(error)).contains("stitchflow verify --store /store");
  }

  @Test
  void describe_tooManyOpenFiles_namesFileAndLimit() {
    assertThat(sentence(new FileSystemException("x", null, "Too many open files")))
        .contains("x: too many open files", "ulimit -n");
  }

  @Test
  void describe_anythingElse_isNone() {
    assertThat(MachineLimits.describe(new IOException("x"), "/store")).isNull();
    assertThat(MachineLimits.describe(new InternalError("x"), "/store")).isNull();
    assertThat(MachineLimits.describe(new AssertionError("x"), "/store")).isNull();
  }

  private static void assertRemedy(String said, String remedy) {
    assertThat(sentence(new OutOfMemoryError(said)))
        .startsWith("out of memory: " + said)
        .contains(remedy)
        .doesNotContain("-Xmx");
  }

  private static String sentence(Throwable error) {
    String sentence = MachineLimits.describe(error, "/store");
    assertThat(sentence).isNotNull();
    return String.valueOf(sentence);
  }
}
