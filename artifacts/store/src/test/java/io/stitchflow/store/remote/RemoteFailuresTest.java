package io.stitchflow.store.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RemoteFailuresTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final RemoteFailures trouble = new RemoteFailures("s3://bucket", "/local", nanos::get);

  @Test
  void rest_afterThreeFailuresInARow_doublesAndEndsWithSuccess() {
    fail(2);
    assertThat(trouble.isResting()).isFalse();
    for (long seconds : new long[] {30, 60, 120, 240, 480, 600, 600}) {
      fail(5); // lanes fail together
      assertThat(restSeconds()).isEqualTo(seconds);
    }
    trouble.worked();
    fail(2);
    assertThat(trouble.isResting()).isFalse();
    fail(1);
    assertThat(restSeconds()).isEqualTo(30);
  }

  @Test
  void warnings_ofEachKind_areOneLineWithCountAndFirstReason() {
    assertThat(trouble.warnings()).isEmpty();
    trouble.lookUpFailed(new IOException("timed out"));
    trouble.lookUpFailed(new IOException("refused"));
    trouble.publishFailed(new IOException("denied"));
    trouble.isDamaged("cas/ab/abcd");
    assertThat(trouble.warnings())
        .containsExactly(
            "s3://bucket: could not be read 2 times, went on without it; first: timed out",
            "s3://bucket: could not be written once; those results are in /local only; first: denied",
            "s3://bucket: held wrong bytes once, which are computed again; first: cas/ab/abcd");
  }

  @Test
  void warnings_ofWhatWasNotTried_saySoToo() {
    fail(3);
    trouble.publishLeftOut();
    assertThat(trouble.warnings())
        .containsExactly(
            "s3://bucket: could not be read 3 times, went on without it; first: refused",
            "s3://bucket: could not be written once; those results are in /local only; first: it had"
                + " failed several times in a row and was not asked");
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      trouble.lookUpFailed(new IOException("refused"));
    }
  }

  private long restSeconds() {
    long seconds = 0;
    while (trouble.isResting()) {
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      seconds++;
    }
    return seconds;
  }
}
