package io.stitchflow.cli.input;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.content.Digest;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.content.SourceStates;
import io.stitchflow.store.Stores;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything outside the store that the plan of an experiment depends on: equal ingredients give
 * equal plans.
 *
 * @param digest SHA-256 of all of them
 * @param sources the files that the plan reads besides the experiment
 */
public record PlanIngredients(Digest digest, SourceStates sources) {
  private static final int MOST_BYTES = 16 << 20;

  /**
   * The ingredients as they are now.
   *
   * @param sources files and folders that the plan reads besides the experiment
   * @throws InputException if there is no such device
   * @throws IOException if a file cannot be read
   */
  public static PlanIngredients of(
      ExperimentOptions options, Map<String, String> environment, Collection<Path> sources)
      throws InputException, IOException {
    SourceStates states = SourceStates.of(sources);
    List<String> all = new ArrayList<>();
    add(all, "java", List.of(Runtime.version().toString(), System.getProperty("java.home", "")));
    add(all, "user", List.of(System.getProperty("user.name", ""))); // may lack the right to read
    add(all, "program", SourceStates.ofContents(classPath()).lines());
    add(all, "experiment", List.of(options.file().toString(), experiment(options.file())));
    add(all, "set", options.sets());
    add(all, "working directory", List.of(Path.of("").toAbsolutePath().toString()));
    add(all, "toolchain", List.of(Digest.of(toolchain(options)).hex()));
    add(all, "code in keys", List.of(String.valueOf(codeInKeys(options, environment))));
    add(all, "downloads", List.of(downloads(environment)));
    add(all, "sources", states.lines());
    byte[] bytes = String.join("\0", all).getBytes(StandardCharsets.UTF_8);
    return new PlanIngredients(Digest.of(bytes), states);
  }

  /** With the number of values, so that no value is taken for that of another ingredient. */
  private static void add(List<String> all, String name, List<String> values) {
    all.add(String.format(Locale.ROOT, "%s %d", name, values.size()));
    all.addAll(values);
  }

  private static String experiment(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file + " is not a file"); // a pipe can be read only once
    }
    return Digest.of(BoundedReader.file(file, MOST_BYTES)).hex();
  }

  private static byte[] toolchain(ExperimentOptions options) throws InputException {
    return Plans.toolchain(options.device()).toByteArray();
  }

  private static boolean codeInKeys(ExperimentOptions options, Map<String, String> environment) {
    return options.codeInKeys() || Plans.codeInKeys(environment);
  }

  private static String downloads(Map<String, String> environment) {
    try {
      return Stores.datasets(environment).toString();
    } catch (NoCacheHomeException e) {
      return ""; // then the plan downloads nothing
    }
  }

  /** The jars and folders of this program's classes; a jar that starts names the others. */
  private static List<Path> classPath() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      files.add(Path.of(entry).toAbsolutePath());
    }
    if (files.size() == 1 && Files.isRegularFile(files.get(0))) {
      files.addAll(namedBy(files.get(0)));
    }
    files.removeIf(file -> !Files.exists(file));
    return files;
  }

  private static List<Path> namedBy(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      @Nullable Manifest manifest = jar.getManifest();
      @Nullable String named =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return named == null
          ? List.of()
          : Stream.of(named.split(" ", -1)).map(file.toUri()::resolve).map(Path::of).toList();
    }
  }
}
