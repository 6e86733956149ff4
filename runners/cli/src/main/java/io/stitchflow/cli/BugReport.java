package io.stitchflow.cli;

import io.stitchflow.cli.text.Versions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is said of a mistake of ours: two lines on the terminal, the stack trace in a file. */
final class BugReport {
  private BugReport() {}

  /** Lines with LF at their ends. */
  static String tell(Throwable problem, List<String> args, Map<String, String> environment) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    writer.println("stitchflow " + String.join(" ", args));
    Versions.all().forEach((name, version) -> writer.println(name + " " + version));
    problem.printStackTrace(writer);
    String told = "stitchflow: this is a bug of ours: " + problem + "\n";
    if (environment.getOrDefault("STITCHFLOW_DEBUG", "").equals("1")) {
      return told + text;
    }
    try {
      Path file = Files.createTempFile("stitchflow-bug-", ".txt");
      Files.writeString(file, text.toString());
      return told + "Please report it with " + file + "\n";
    } catch (IOException e) {
      return told + "Please report it with what STITCHFLOW_DEBUG=1 shows\n";
    }
  }
}
