package io.stitchflow.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BegunGroupsTest {
  private final BegunGroups begun = new BegunGroups();
  private final ExecutorService lanes = Executors.newFixedThreadPool(4);

  @AfterEach
  void stopLanes() {
    lanes.shutdownNow();
  }

  @Test
  void runOnce_groupsThatFourLanesWant_runsEachOnce() throws Exception {
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    List<Future<?>> ends = new ArrayList<>();
    for (int lane = 0; lane < 4; lane++) {
      ends.add(
          lanes.submit(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  int group = i;
                  begun.runOnce("group " + i, () -> ran.add(group));
                }
                return null;
              }));
    }
    for (Future<?> end : ends) {
      end.get();
    }
    assertThat(ran).hasSize(1000).doesNotHaveDuplicates();
  }

  @Test
  void awaitEnds_groupThatAnotherLaneRuns_waitsForItsEnd() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Future<?> other =
        lanes.submit(
            () -> {
              begun.runOnce(
                  "long",
                  () -> {
                    started.countDown();
                    mayEnd.await();
                  });
              return null;
            });
    started.await();
    Thread waiting = new Thread(this::awaitEnds);
    waiting.start();
    while (waiting.getState() != Thread.State.WAITING) {
      assertThat(waiting.isAlive()).as("it waits").isTrue();
      Thread.onSpinWait();
    }
    mayEnd.countDown();
    waiting.join();
    other.get();
  }

  private void awaitEnds() {
    try {
      begun.awaitEnds();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void awaitEnds_groupThatFailed_ends() throws Exception {
    assertThatThrownBy(
            () ->
                begun.runOnce(
                    "broken",
                    () -> {
                      throw new IOException("no space left");
                    }))
        .hasMessage("no space left");
    begun.awaitEnds();
    begun.runOnce(
        "broken",
        () -> {
          throw new AssertionError("it was begun before");
        });
  }
}
