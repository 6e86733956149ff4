package io.stitchflow.network.program;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkInputs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code program.json} says: the segments of a program in their order, and what images it
 * takes.
 *
 * @param name of the module's class, for people; empty where the file gives none
 * @param input of an example: [channels, height, width], [tokens, features] or [features]
 * @param scale what examples are normalised by, or null where that is as the data set says
 * @param segments at least 2; the last gives the logits
 */
public record ProgramManifest(
    String name, List<Integer> input, NetworkInputs.@Nullable Scale scale, List<Segment> segments) {
  /** Its name in a folder and in an archive. */
  public static final String FILE = "program.json";

  /** The method of a segment that names none. */
  public static final String FORWARD = "forward";

  private static final int VERSION = 1;
  private static final int LEAST_SEGMENTS = 2;
  private static final int MOST_DIMENSIONS = 3;
  private static final int MOST_NAME = 100;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * A part of the network: a method of the module in a TorchScript file.
   *
   * @param file its name, without a folder; segments of one name share the file
   * @param method of a tensor to a tensor; {@link #FORWARD} if nothing names one
   * @param shape of its output for one image: [channels, height, width], [tokens, features] or
   *     [numbers]
   */
  public record Segment(String name, String file, String method, List<Integer> shape) {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    public Segment {
      shape = List.copyOf(shape);
      @Nullable String wrongMethod = methodComplaint(method);
      if (wrongMethod != null) {
        throw new IllegalArgumentException("segment '" + name + "': its method " + wrongMethod);
      }
      @Nullable String complaint = complaint(shape);
      if (complaint != null) {
        throw new IllegalArgumentException("segment '" + name + "': its shape " + complaint);
      }
    }

    /** What is wrong with the name of a method, or null. */
    public static @Nullable String methodComplaint(String method) {
      return IDENTIFIER.matcher(method).matches()
          ? null
          : "is '"
              + method
              + "'; write a method's name: letters, digits and '_', not starting with a digit";
    }

    /** Whether it is another method than {@link #FORWARD}. */
    public boolean namesMethod() {
      return !method.equals(FORWARD);
    }

    /** What is wrong with the shape of an output, or null. */
    public static @Nullable String complaint(List<Integer> shape) {
      boolean good =
          !shape.isEmpty()
              && shape.size() <= MOST_DIMENSIONS
              && shape.stream().allMatch(size -> size >= 1);
      return good
          ? null
          : "is "
              + shape
              + "; write [channels, height, width], [tokens, features] or [numbers], without the"
              + " batch";
    }

    /** Whether it gives tokens, which cross a cut as a map [features, tokens, 1]. */
    boolean tokens() {
      return shape.size() == 2;
    }

    /** As its output crosses the cut after it. */
    CutPoint cut() {
      return new CutPoint(name, CutPoint.crossing(shape));
    }
  }

  public ProgramManifest {
    input = List.copyOf(input);
    segments = List.copyOf(segments);
    @Nullable String complaint = ClassificationTask.complaint(input);
    if (complaint != null) {
      throw new IllegalArgumentException("its input is " + input + ", but " + complaint);
    }
    int channels = NetworkInputs.Scale.channels(input);
    if (scale != null && scale.mean().size() != channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "its input %s has %d channels, but mean and std have %d numbers",
              input,
              channels,
              scale.mean().size()));
    }
    if (segments.size() < LEAST_SEGMENTS) {
      throw new IllegalArgumentException(
          "a program needs at least 2 segments to be cut between, but has " + segments.size());
    }
    Set<String> names = new HashSet<>();
    for (Segment segment : segments) {
      if (!names.add(segment.name())) {
        throw new IllegalArgumentException("two segments are called '" + segment.name() + "'");
      }
    }
    Segment last = segments.get(segments.size() - 1);
    if (last.shape().size() != 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the last segment '%s' gives %s, but must give logits [classes]",
              last.name(),
              last.shape()));
    }
  }

  /** Logits of the last segment. */
  public int classes() {
    return segments.get(segments.size() - 1).shape().get(0);
  }

  /**
   * Reads {@code program.json}.
   *
   * @throws IllegalArgumentException if it is not one, with what is wrong
   */
  static ProgramManifest read(byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          "is not JSON: line " + line + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot be read", e);
    }
    if (root.path("version").asInt() != VERSION) {
      String actual = root.has("version") ? "the version " + root.path("version") : "no version";
      throw new IllegalArgumentException(
          "has " + actual + ", but must have the version " + VERSION);
    }
    List<Segment> segments = new ArrayList<>();
    for (JsonNode segment : array(root, "segments")) {
      try {
        segments.add(
            new Segment(
                text(segment, "name"),
                file(segment),
                segment.has("method") ? text(segment, "method") : FORWARD,
                integers(array(segment, "shape"))));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "segments[" + segments.size() + "]: " + e.getMessage(), e);
      }
    }
    String name = root.path("name").asText("");
    return new ProgramManifest(
        name.substring(0, Math.min(MOST_NAME, name.length())),
        integers(array(root, "input")),
        root.has("mean") || root.has("std")
            ? new NetworkInputs.Scale(numbers(array(root, "mean")), numbers(array(root, "std")))
            : null,
        segments);
  }

  private static String file(JsonNode segment) {
    String file = text(segment, "file");
    if (file.contains("/") || file.contains("\\") || file.startsWith(".")) {
      throw new IllegalArgumentException(
          "names the file '" + file + "'; segments stand beside program.json: drop the folder");
    }
    return file;
  }

  private static String text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new IllegalArgumentException("has no text '" + field + "'");
    }
    return value.asText();
  }

  private static JsonNode array(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (!value.isArray()) {
      throw new IllegalArgumentException("has no list '" + field + "'");
    }
    return value;
  }

  private static List<Integer> integers(JsonNode array) {
    List<Integer> integers = new ArrayList<>();
    for (JsonNode value : array) {
      if (!value.isInt()) {
        throw new IllegalArgumentException("has " + value + " where a whole number is needed");
      }
      integers.add(value.intValue());
    }
    return integers;
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode value : array) {
      if (!value.isNumber()) {
        throw new IllegalArgumentException("has " + value + " where a number is needed");
      }
      numbers.add(value.doubleValue());
    }
    return numbers;
  }

  /** Its {@code program.json}: equal manifests have equal bytes. */
  byte[] json() {
    ObjectNode root = JSON.createObjectNode().put("version", VERSION).put("name", name);
    add(root.putArray("input"), input);
    if (scale != null) {
      scale.mean().forEach(root.putArray("mean")::add);
      scale.deviation().forEach(root.putArray("std")::add);
    }
    root.put("classes", classes());
    ArrayNode array = root.putArray("segments");
    for (Segment segment : segments) {
      ObjectNode object = array.addObject();
      object.put("name", segment.name()).put("file", segment.file());
      if (segment.namesMethod()) {
        object.put("method", segment.method());
      }
      add(object.putArray("shape"), segment.shape());
    }
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(ArrayNode array, List<Integer> integers) {
    integers.forEach(array::add);
  }
}
