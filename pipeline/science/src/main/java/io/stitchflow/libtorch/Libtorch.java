package io.stitchflow.libtorch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The libtorch that DJL is going to load, found as DJL finds it and without loading it: one of
 * another version than its JNI was built for loads, and then ends the process.
 */
public final class Libtorch {
  private static final String CLASS_PATH = "/native/lib/pytorch.properties";
  private static final String JNI = "/jnilib/pytorch.properties";
  // What DJL's JNI comes in, beside the CPU's
  private static final String CUDA_FLAVOR = "cu128";

  static final String PATH = "PYTORCH_LIBRARY_PATH";
  private static final String VERSION = "PYTORCH_VERSION";
  private static final String FLAVOR = "PYTORCH_FLAVOR";

  /** What DJL reads, in the environment first, else as system properties. */
  public static final List<String> VARIABLES = List.of(PATH, VERSION, FLAVOR);

  private Libtorch() {}

  /**
   * The version that computes here: {@code 2.7.1+cu128} where {@code PYTORCH_LIBRARY_PATH} leads to
   * one, else that of the class path.
   *
   * @param variables as DJL reads them
   * @throws IllegalArgumentException if what the variables lead to and DJL's JNI do not fit
   *     together
   */
  public static String version(Variables variables) {
    @Nullable String path = variables.find(PATH);
    @Nullable LibtorchDirectory directory = path == null ? null : LibtorchDirectory.first(path);
    if (directory != null) {
      return version(directory, variables);
    }
    String ofClassPath = property(CLASS_PATH, "version");
    @Nullable String wanted = set(variables, VERSION);
    if (wanted == null || ofClassPath.startsWith(wanted)) {
      return ofClassPath; // whatever the flavour: DJL asks for it only where it downloads
    }
    @Nullable String flavor = set(variables, FLAVOR);
    return flavor == null ? wanted : wanted + "+" + flavor;
  }

  /** The version that workers with a GPU load: what the variables say, else what the JNI fits. */
  public static String forCuda(Variables variables) {
    @Nullable String version = set(variables, VERSION);
    @Nullable String flavor = set(variables, FLAVOR);
    return (version == null ? jniVersion() : version)
        + "+"
        + (flavor == null || !flavor.startsWith("cu") ? CUDA_FLAVOR : flavor);
  }

  /** Whether there is a libtorch for the CPU, which workers with a GPU may leave out. */
  public static boolean isOnClassPath() {
    return Libtorch.class.getResource(CLASS_PATH) != null;
  }

  /** The version for CUDA that DJL's JNI on the class path was built for. */
  static String cudaVersion() {
    return jniVersion() + "+" + CUDA_FLAVOR;
  }

  /** What has DJL load libtorch of {@link #cudaVersion} from a directory. */
  static Map<String, String> variables(Path lib) {
    return Map.of(PATH, lib.toString(), VERSION, jniVersion(), FLAVOR, CUDA_FLAVOR);
  }

  /** Of a resource on the class path. */
  public static String property(String resource, String name) {
    try (@Nullable InputStream in = Libtorch.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no " + resource + " on the class path; add DJL's jars");
      }
      Properties properties = new Properties();
      properties.load(in);
      String value = properties.getProperty(name);
      if (value == null) {
        throw new IllegalStateException(resource + " on the class path has no '" + name + "'");
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String version(LibtorchDirectory directory, Variables variables) {
    @Nullable String build = directory.version();
    Path file = directory.versionFile();
    if (build == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is missing, so the version of libtorch in %s cannot be compared with that of DJL's JNI, %s; unpack the complete PyTorch archive",
              file,
              directory.lib(),
              jniVersion()));
    }
    int plus = build.indexOf('+');
    String number = plus < 0 ? build : build.substring(0, plus);
    if (!number.equals(jniVersion())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "libtorch in %s is %s, but DJL's JNI was built for %s and would crash the JVM; set PYTORCH_LIBRARY_PATH to a libtorch %s",
              directory.lib(),
              build,
              jniVersion(),
              jniVersion()));
    }
    @Nullable String version = set(variables, VERSION);
    check(VERSION, number, version == null ? number : version, file);
    // Left out, DJL would look for a flavour of its JNI that there is none of
    check(FLAVOR, plus < 0 ? "cpu" : build.substring(plus + 1), set(variables, FLAVOR), file);
    return build;
  }

  private static void check(String variable, String right, @Nullable String value, Path file) {
    if (!right.equals(value)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s must be %s, as in %s, but is: %s", variable, right, file, value));
    }
  }

  /** {@code 2.7.1} of {@code 2.7.1-0.36.0}. */
  private static String jniVersion() {
    String version = property(JNI, "jni_version");
    int dash = version.indexOf('-');
    return dash < 0 ? version : version.substring(0, dash);
  }

  /** DJL takes an empty variable for none. */
  private static @Nullable String set(Variables variables, String name) {
    @Nullable String value = variables.find(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
