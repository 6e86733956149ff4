package io.stitchflow.benchmarks.cluster;

import io.stitchflow.plan.WorkPartition;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.StageGroup;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** The rule by which slots of a cluster choose groups, with a clock in place of work. */
final class SimulatedCluster {
  private final List<List<Group>> kinds;
  private final double[] speeds;

  /**
   * Stages that run together.
   *
   * @param cost the time that they take at speed 1
   */
  record Group(StageGroup stages, double cost) {}

  /**
   * @param kinds groups of each kind, the costliest by estimate first; a kind starts when the one
   *     before has ended
   * @param speeds one for each slot
   */
  SimulatedCluster(List<List<Group>> kinds, double[] speeds) {
    this.kinds = List.copyOf(kinds);
    this.speeds = speeds.clone();
  }

  /** All work divided by the speed of all slots together. */
  double leastTime() {
    double work = kinds.stream().flatMap(List::stream).mapToDouble(Group::cost).sum();
    return work / Arrays.stream(speeds).sum();
  }

  /** The least time of a schedule in which each kind waits for the one before. */
  double leastTimeKindByKind() {
    double fastest = Arrays.stream(speeds).max().orElseThrow();
    double all = Arrays.stream(speeds).sum();
    double time = 0;
    for (List<Group> groups : kinds) {
      double longest = groups.stream().mapToDouble(Group::cost).max().orElseThrow();
      double work = groups.stream().mapToDouble(Group::cost).sum();
      time += Math.max(longest / fastest, work / all);
    }
    return time;
  }

  /**
   * From the start to the end of the last group.
   *
   * @param helps whether slots whose share is done compute groups that nobody has begun
   */
  double time(boolean helps) {
    return kinds.stream().mapToDouble(groups -> time(groups, helps)).sum();
  }

  private double time(List<Group> groups, boolean helps) {
    Map<StageGroup, Group> byStages = new HashMap<>();
    groups.forEach(group -> byStages.put(group.stages(), group));
    List<Share> shares =
        WorkPartition.deal(groups.stream().map(Group::stages).toList(), speeds.length);
    PriorityQueue<Slot> slots = new PriorityQueue<>(Comparator.comparingDouble(slot -> slot.now));
    for (int i = 0; i < shares.size(); i++) {
      slots.add(new Slot(speeds[i], shares.get(i), groups));
    }
    Map<Group, Double> ends = new HashMap<>();
    double last = 0;
    while (!slots.isEmpty()) {
      Slot slot = slots.remove();
      last = Math.max(last, slot.now);
      Group own = null;
      while (own == null && !slot.own.isEmpty()) {
        Group next = byStages.get(slot.own.remove());
        own = ends.containsKey(next) ? null : next;
      }
      if (own != null) {
        slot.now = slot.run(own, ends);
        slots.add(slot);
      } else if (helps) {
        while (!slot.others.isEmpty() && ends.containsKey(slot.others.peek())) {
          slot.others.remove();
        }
        if (!slot.others.isEmpty()) {
          slot.now = slot.run(slot.others.remove(), ends);
          slots.add(slot);
        }
      }
    }
    return last;
  }

  private static final class Slot {
    private final double speed;
    private final Deque<StageGroup> own;
    private final Deque<Group> others;
    private double now;

    Slot(double speed, Share share, List<Group> groups) {
      this.speed = speed;
      this.own = new ArrayDeque<>(share.getGroupList());
      this.others = new ArrayDeque<>(groups);
    }

    double run(Group group, Map<Group, Double> ends) {
      double end = now + group.cost() / speed;
      ends.put(group, end);
      return end;
    }
  }
}
