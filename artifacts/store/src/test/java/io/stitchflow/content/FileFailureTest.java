package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Errors of the file system are sentences that say what happened and what to do. */
class FileFailureTest {
  private static final Path ROOT = Path.of("/store");
  private static final Path FILE = ROOT.resolve("cas/x");

  @Test
  void explain_eachError_saysWhatHappenedAndWhatToDo() {
    assertThat(explained("Too many open files")).contains("too many open files", "ulimit -n 4096");
    assertThat(explained("Too many open files in system"))
        .contains("this machine may open no more")
        .doesNotContain("ulimit");
    assertThat(explained("No space left on device")).contains("the disk is full", "free some");
    assertThat(explained("Disk quota exceeded"))
        .contains("the disk quota of this user is used up", "free some space");
    assertThat(explained("File name too long")).contains("too long", "choose a shorter one");
    assertThat(explained("Input/output error"))
        .contains(
            "the disk reports an error", "; check the disk of /store, or choose another store");
    assertThat(explained("Read-only file system"))
        .contains("not permitted (Read-only file system)", "choose another store with --store")
        .doesNotContain("init-store");
    assertThat(explained("Operation not permitted"))
        .contains("not permitted", "stitchflow init-store --shared --store /store");
    assertThat(explained("Not a directory")).contains("a file stands where", "move it away");
    assertThat(
            explained(
                "Too many levels of symbolic links or unable to access attributes of symbolic"
                    + " link"))
        .contains("form a loop");
    assertThat(explained("Stale file handle"))
        .isEqualTo(
            FILE
                + ": Stale file handle; check the disk of /store, or choose another store with"
                + " --store");
  }

  @Test
  void explain_errorWithoutReason_namesNoJavaClass() {
    String file = FILE.toString();
    for (IOException e :
        List.of(
            new AccessDeniedException(file),
            new FileAlreadyExistsException(file),
            new NoSuchFileException(file),
            new NotDirectoryException(file),
            new DirectoryNotEmptyException(file),
            new FileSystemLoopException(file),
            new FileSystemException(file),
            new ClosedChannelException(),
            new EOFException(),
            new IOException(),
            new IOException(new NoSuchFileException(file)))) {
      assertThat(FileFailure.explain(ROOT, FILE, e))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith(FILE + ": ")
          .hasMessageContaining("; ")
          .hasMessageNotContaining("Exception")
          .hasMessageNotContaining("null")
          .hasCause(e);
      assertThat(IoReason.of(e)).as("%s", e).contains(" ").doesNotContain("Exception");
    }
  }

  @Test
  void explain_interruptOrExplained_passesAsItIs() {
    for (IOException e : List.of(new InterruptedIOException(), new StoreException("known"))) {
      assertThat(FileFailure.explain(ROOT, FILE, e)).isSameAs(e);
    }
  }

  private static String explained(String reason) {
    return String.valueOf(
        FileFailure.explain(ROOT, FILE, new FileSystemException(FILE.toString(), null, reason))
            .getMessage());
  }
}
