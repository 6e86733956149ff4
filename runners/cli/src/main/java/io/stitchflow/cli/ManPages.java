package io.stitchflow.cli;

import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;

/** Writes the manual pages of all commands. The build of a release starts it; no command does. */
public final class ManPages {
  private ManPages() {}

  /**
   * Writes a file for each command, such as {@code stitchflow-run.1}.
   *
   * @param args the directory to write to, which is created; the date of the pages, such as {@code
   *     2026-01-31}, of which what follows the day is dropped
   */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    String date = args[1].replaceFirst("T.*", "");
    for (Map.Entry<String, String> page : all(date).entrySet()) {
      Files.writeString(directory.resolve(page.getKey()), page.getValue());
    }
  }

  /** The pages by file name. */
  static Map<String, String> all(String date) {
    Map<String, String> pages = new TreeMap<>();
    String source = "Stitchflow " + Versions.all().get("stitchflow");
    add(pages, Stitchflow.line(Terminal.system(Map.of()), Map.of()), date, source);
    return pages;
  }

  private static void add(
      Map<String, String> pages, CommandLine command, String date, String source) {
    pages.put(ManPage.name(command) + ".1", ManPage.of(command, date, source));
    command.getSubcommands().values().forEach(each -> add(pages, each, date, source));
  }
}
