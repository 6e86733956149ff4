package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.TrainNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimeEstimatorTest {
  private static final double RATE = TimeEstimator.FIRST_RATE;
  private static final long SECOND = 1_000_000_000L;

  private final TimeEstimator estimator = new TimeEstimator(2);

  @Test
  void seconds_nothingSeen_areCostByFirstRate() {
    assertThat(estimator.seconds(training("a", 3 * RATE))).isEqualTo(3, within(1e-9));
  }

  @Test
  void seconds_kindSeenForLong_areLikeWhatWasSeen() {
    estimator.learn(training("a", 1000 * RATE), 4000);
    assertThat(estimator.seconds(training("b", RATE))).isEqualTo(4, within(0.05));
  }

  @Test
  void seconds_otherKindSeen_areScaledByIt() {
    estimator.learn(training("a", 1000 * RATE), 4000);
    assertThat(estimator.seconds(comparison("c", RATE))).isEqualTo(4, within(0.05));
  }

  @Test
  void seconds_ownKindSeen_countsMoreThanOthers() {
    estimator.learn(training("a", 1000 * RATE), 1000);
    estimator.learn(comparison("c", 20 * RATE), 200);
    assertThat(estimator.seconds(comparison("d", RATE))).isBetween(7.0, 10.0);
    assertThat(estimator.seconds(training("b", RATE))).isEqualTo(1, within(0.01));
  }

  @Test
  void secondsLeft_moreGroupsThanLanes_shareTheLanes() {
    List<Stage> stages =
        List.of(training("a", RATE), training("b", RATE), training("c", RATE), training("d", RATE));
    assertThat(estimator.secondsLeft(stages, 0)).isEqualTo(2, within(1e-9));
  }

  @Test
  void secondsLeft_oneLongGroup_isAsLongAsThat() {
    List<Stage> stages = List.of(training("a", 10 * RATE), training("b", RATE));
    assertThat(estimator.secondsLeft(stages, 0)).isEqualTo(10, within(1e-9));
  }

  @Test
  void secondsLeft_kindsFollowOneAnother_areAdded() {
    List<Stage> stages = List.of(training("a", 4 * RATE), comparison("c", 2 * RATE));
    assertThat(estimator.secondsLeft(stages, 0)).isEqualTo(6, within(1e-9));
  }

  @Test
  void secondsLeft_groupHalfDone_isAsLongAgainAsItRan() {
    List<Stage> group = List.of(training("a", 1000 * RATE));
    estimator.start(group, 5 * SECOND);
    estimator.advance(group, 0.5);
    assertThat(estimator.secondsLeft(group, 3005 * SECOND)).isEqualTo(3000, within(30.0));
  }

  @Test
  void secondsLeft_groupEnded_doesNotCountAsRunning() {
    List<Stage> group = List.of(training("a", RATE));
    estimator.start(group, 0);
    estimator.advance(group, 0.9);
    estimator.end(group.get(0).getGroup());
    assertThat(estimator.secondsLeft(group, SECOND)).isEqualTo(1, within(1e-9));
    assertThat(estimator.secondsLeft(List.of(), SECOND)).isZero();
  }

  private static Stage training(String group, double cost) {
    return stage(
        group,
        cost,
        Action.newBuilder().setTrainNetwork(TrainNetwork.getDefaultInstance()).build());
  }

  private static Stage comparison(String group, double cost) {
    return stage(
        group,
        cost,
        Action.newBuilder().setCompareStitches(CompareStitches.getDefaultInstance()).build());
  }

  private static Stage stage(String group, double cost, Action action) {
    return Stage.newBuilder().setId(group).setGroup(group).setCost(cost).setAction(action).build();
  }
}
