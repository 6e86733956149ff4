package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IoReasonTest {
  @Test
  void reason_ofErrorsWhoseMessageIsAName_isASentencesPart() {
    assertThat(IoReason.of(new NoSuchFileException("/a"))).isEqualTo("does not exist");
    assertThat(IoReason.of(new AccessDeniedException("/a")))
        .isEqualTo("not permitted (access denied)");
    assertThat(IoReason.of(new FileSystemException("/a", null, "File name too long")))
        .isEqualTo(
            "the path or a name in it is too long for the file system; choose a shorter one");
    assertThat(IoReason.of(new UnknownHostException("h"))).isEqualTo("unknown host h");
    assertThat(IoReason.of(new ConnectException("x"))).isEqualTo("nothing answers there");
  }

  @Test
  void reason_ofAnyError_hasNoNameOfAClass() {
    List<IOException> errors =
        List.of(
            new IOException(),
            new EOFException(),
            new IOException(new NoSuchFileException(Path.of("a").toString())),
            new IOException(new IOException(new ConnectException("refused"))));
    assertThat(errors).extracting(IoReason::of).noneMatch(reason -> reason.contains("Exception"));
  }
}
