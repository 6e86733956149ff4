package io.stitchflow.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A small program of package {@code io.stitchflow.sample}, compiled. */
public final class Program {
  public static final String PACKAGE = "io.stitchflow.sample.";
  private final Path classes;

  private Program(Path classes) {
    this.classes = classes;
  }

  /**
   * Compiles the sources of one package.
   *
   * @param place an empty directory
   * @param sources bodies of the package's files, each starting with the name of its class as in
   *     {@code class Stage {...}} or {@code enum Kind {...}}
   */
  public static Program compiled(Path place, List<String> options, String... sources)
      throws IOException {
    Path classes = Files.createDirectories(place.resolve("classes"));
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--release", "17", "-proc:none", "-d", classes.toString()));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    for (int i = 0; i < sources.length; i++) {
      Path file = place.resolve("Source" + i + ".java");
      Files.writeString(file, "package io.stitchflow.sample;\n" + sources[i]);
      arguments.add(file.toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    return new Program(classes);
  }

  public Path directory() {
    return classes.resolve("io/stitchflow/sample");
  }

  /** The same program, its classes in a jar. */
  public Program inJar(Path jar) throws IOException {
    try (FileSystem files =
            FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of("create", "true"));
        Stream<Path> all = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Path to = files.getPath("/").resolve(classes.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    return new Program(jar);
  }

  /** What is reached from the class {@code Stage}. */
  public StageCode code() throws IOException {
    URL[] path = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, Program.class.getClassLoader());
        ClassFiles files = new ClassFiles(loader)) {
      return StageCode.reachedFrom(PACKAGE + "Stage", files);
    }
  }
}
