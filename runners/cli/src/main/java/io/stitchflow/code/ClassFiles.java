package io.stitchflow.code;

import io.stitchflow.content.Digest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Class files and what lies beside them, in directories and jars. */
final class ClassFiles implements AutoCloseable {
  private static final Pattern JAR = Pattern.compile("(.+?)-([0-9].*)\\.jar");

  private final ClassLoader loader;
  private final Map<String, ClassCode> codes = new HashMap<>();
  private final Map<String, Map<String, String>> libraries = new HashMap<>();
  private final Map<Path, FileSystem> jars = new HashMap<>();
  private final Map<Path, Map<String, String>> besides = new HashMap<>();

  ClassFiles(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * What a class computes.
   *
   * @param name with slashes
   * @throws FileNotFoundException if there is no such class
   */
  ClassCode code(String name) throws IOException {
    ClassCode known = codes.get(name);
    if (known == null) {
      try (InputStream in = find(name).openStream()) {
        known = ClassCode.of(in.readAllBytes());
      }
      codes.put(name, known);
    }
    return known;
  }

  /** Hashes of the files that are no classes in the directory of a class and below, by name. */
  Map<String, String> beside(String name) throws IOException {
    Path directory = directory(name);
    Map<String, String> known = besides.get(directory);
    if (known != null) {
      return known;
    }
    Path root = directory;
    for (int i = name.indexOf('/'); i >= 0; i = name.indexOf('/', i + 1)) {
      root = root.resolve("..");
    }
    root = root.normalize();
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (Files.isRegularFile(file) && !file.toString().endsWith(".class")) {
          hashes.put(
              root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/"),
              Digest.of(file).hex());
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    besides.put(directory, hashes);
    return hashes;
  }

  /** The version of the library that a class is of; empty for one of Java's own. */
  Map<String, String> library(String name) throws IOException {
    Map<String, String> known = libraries.get(name);
    if (known == null) {
      known = findLibrary(name, loader.getResource(name + ".class"));
      libraries.put(name, known);
    }
    return known;
  }

  private static Map<String, String> findLibrary(String name, @Nullable URL file)
      throws IOException {
    if (file == null || file.getProtocol().equals("jrt")) {
      return Map.of();
    }
    if (!(file.openConnection() instanceof JarURLConnection connection)) {
      return Map.of("library " + name, "in a directory");
    }
    Path jar = Path.of(uri(connection.getJarFileURL()));
    Matcher named = JAR.matcher(String.valueOf(jar.getFileName()));
    return named.matches()
        ? Map.of("library " + named.group(1), named.group(2))
        : Map.of("library " + jar.getFileName(), Digest.of(jar).hex());
  }

  private Path directory(String name) throws IOException {
    URL file = find(name);
    String inside = name.substring(0, name.lastIndexOf('/'));
    if (file.openConnection() instanceof JarURLConnection connection) {
      Path jar = Path.of(uri(connection.getJarFileURL()));
      FileSystem files = jars.get(jar);
      if (files == null) {
        files = FileSystems.newFileSystem(jar);
        jars.put(jar, files);
      }
      return files.getPath("/" + inside);
    }
    Path parent = Path.of(uri(file)).getParent();
    if (parent == null) {
      throw new FileNotFoundException(file + ": is in no directory");
    }
    return parent;
  }

  private URL find(String name) throws FileNotFoundException {
    @Nullable URL file = loader.getResource(name + ".class");
    if (file == null) {
      throw new FileNotFoundException(
          "the class path mentions " + name.replace('/', '.') + " and does not hold it");
    }
    return file;
  }

  private static URI uri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a class loader gave what is not a URI: " + url, e);
    }
  }

  @Override
  public void close() throws IOException {
    for (FileSystem jar : List.copyOf(jars.values())) {
      jar.close();
    }
    jars.clear();
  }
}
