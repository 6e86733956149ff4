package io.stitchflow.benchmarks;

import io.stitchflow.torch.Toolchains;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** All lines as a table in Markdown and as JSON. */
record Table(List<Line> lines) {
  private static final Path CPU = Path.of("/proc/cpuinfo");

  Table {
    lines = List.copyOf(lines);
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        "| benchmark | workload | against | goal | ratio | 95 % interval | rounds | ours | theirs |"
            + " unit | load |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (Line line : lines) {
      Line.Question question = line.question();
      text.append(
          String.join(
              " | ",
              "| " + question.benchmark(),
              question.workload(),
              question.against(),
              question.goal() + (line.verdict().isEmpty() ? "" : ", " + line.verdict()),
              Line.number(line.ratio().median()),
              interval(line.ratio()),
              String.valueOf(line.ratio().count()),
              Line.number(line.ours()),
              Line.number(line.theirs()),
              question.unit(),
              String.format(Locale.ROOT, "%.1f |\n", line.load())));
    }
    return text.append('\n')
        .append(machine())
        .append("; ")
        .append(versions())
        .append(".\n")
        .toString();
  }

  private static String interval(MedianInterval ratio) {
    return Double.isNaN(ratio.low())
        ? "-"
        : Line.number(ratio.low()) + " to " + Line.number(ratio.high());
  }

  String json() {
    return lines.stream()
        .map(Table::json)
        .collect(
            Collectors.joining(
                ",\n  ",
                "{\"machine\": "
                    + quoted(machine())
                    + ", \"versions\": "
                    + quoted(versions())
                    + ", \"lines\": [\n  ",
                "\n]}\n"));
  }

  private static String json(Line line) {
    Line.Question question = line.question();
    return String.format(
        Locale.ROOT,
        "{\"benchmark\": %s, \"workload\": %s, \"against\": %s, \"unit\": %s, \"goal\": %s,"
            + " \"verdict\": %s, \"ratio\": %s, \"low\": %s, \"high\": %s, \"rounds\": %d,"
            + " \"ours\": %s, \"theirs\": %s, \"load\": %s}",
        quoted(question.benchmark()),
        quoted(question.workload()),
        quoted(question.against()),
        quoted(question.unit()),
        quoted(question.goal().toString()),
        quoted(line.verdict()),
        number(line.ratio().median()),
        number(line.ratio().low()),
        number(line.ratio().high()),
        line.ratio().count(),
        number(line.ours()),
        number(line.theirs()),
        number(line.load()));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.valueOf(value) : "null";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** `2 x AMD EPYC`. */
  private static String machine() {
    return Runtime.getRuntime().availableProcessors() + " x " + processor();
  }

  private static String processor() {
    try {
      return Files.readAllLines(CPU, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String versions() {
    return "Java "
        + System.getProperty("java.version")
        + ", "
        + Toolchains.cpu().toString().replaceAll("\\s+", " ").trim();
  }
}
