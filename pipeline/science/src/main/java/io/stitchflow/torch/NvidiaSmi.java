package io.stitchflow.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** NVIDIA's tool that says which GPUs a host has, without a process that uses one. */
final class NvidiaSmi {
  private static final List<String> COMMAND =
      List.of("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader");
  private static final Pattern CAPABILITY = Pattern.compile("[0-9]+\\.[0-9]+");

  private NvidiaSmi() {}

  /**
   * The compute capability of this host's GPUs, such as {@code 9.0}.
   *
   * @throws IllegalArgumentException if it cannot be had, or the GPUs are of several kinds
   */
  static String computeCapability() {
    return computeCapability(COMMAND);
  }

  static String computeCapability(List<String> command) {
    List<String> lines = run(command).lines().map(String::trim).toList();
    if (lines.isEmpty() || !lines.stream().allMatch(CAPABILITY.asMatchPredicate())) {
      throw unknown("it says: " + String.join(" ", lines), null);
    }
    TreeSet<String> kinds = new TreeSet<>(lines);
    if (kinds.size() > 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "this machine has GPUs of several kinds, and results depend on the kind; choose one with --device: %s",
              kinds.stream().map(Gpu::deviceClass).collect(Collectors.joining(", "))));
    }
    return kinds.first();
  }

  /** What it prints. */
  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw unknown("it ended with " + status + ": " + output.trim(), null);
      }
      return output;
    } catch (IOException e) {
      throw unknown(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown("interrupted while it ran", e);
    }
  }

  private static IllegalArgumentException unknown(String why, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "nvidia-smi does not report the GPU of this host ("
            + why
            + "); pass the device class of the workers with --device, such as cuda-sm_90",
        cause);
  }
}
