package io.stitchflow.libtorch;

import io.stitchflow.content.NoCacheHomeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The places in which libtorch for CUDA is looked for, and what was found there. */
final class CudaSearch {
  private static final String SETUP = "'stitchflow setup cuda'";

  private final Map<String, String> environment;
  private final String wanted = Libtorch.cudaVersion();
  private final List<String> seen = new ArrayList<>();

  CudaSearch(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * The first that fits.
   *
   * @throws IllegalArgumentException if none does
   */
  CudaLibtorch find() {
    checkVariables();
    @Nullable String path = environment.get(Libtorch.PATH);
    if (path != null) {
      return named(path);
    }
    seen.add(Libtorch.PATH + " is not set");
    @Nullable CudaLibtorch found = inPython();
    if (found == null) {
      found = inCache();
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "libtorch "
              + wanted
              + " was not found: "
              + String.join("; ", seen)
              + "; run "
              + SETUP
              + " to download it into the cache");
    }
    return found;
  }

  /** DJL would read these in place of what is found. */
  private void checkVariables() {
    Libtorch.variables(Path.of("")).forEach(this::checkVariable);
  }

  private void checkVariable(String name, String right) {
    @Nullable String value = environment.get(name);
    if (!name.equals(Libtorch.PATH) && value != null && !value.equals(right)) {
      throw new IllegalArgumentException(
          name
              + " is '"
              + value
              + "', but libtorch "
              + wanted
              + " needs "
              + right
              + "; unset it, or set it to "
              + right);
    }
  }

  /** The user's choice: nothing else is used in its place. */
  private CudaLibtorch named(String path) {
    @Nullable LibtorchDirectory directory = LibtorchDirectory.first(path);
    if (directory != null && wanted.equals(directory.version())) {
      return new CudaLibtorch(directory.lib(), Libtorch.PATH);
    }
    throw new IllegalArgumentException(
        Libtorch.PATH
            + " is '"
            + path
            + "', "
            + (directory == null ? "which has no libtorch" : "which has " + described(directory))
            + ", but libtorch "
            + wanted
            + " is needed; set it to the directory lib of that version, or unset it and run "
            + SETUP);
  }

  private @Nullable CudaLibtorch inPython() {
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      String value = environment.getOrDefault(variable, "");
      if (value.isEmpty()) {
        seen.add(variable + " is not set");
        continue;
      }
      for (PythonTorch torch : PythonTorch.ofVariable(variable, value)) {
        @Nullable CudaLibtorch found = in(torch);
        if (found != null) {
          return found;
        }
      }
    }
    return in(PythonTorch.ofInterpreter(environment.getOrDefault("PATH", "")));
  }

  private @Nullable CudaLibtorch in(PythonTorch torch) {
    if (torch.directory() == null) {
      seen.add(torch.environment() + " has no torch");
      return null;
    }
    LibtorchDirectory directory = new LibtorchDirectory(torch.directory().resolve("lib"));
    if (directory.hasLibrary() && wanted.equals(directory.version())) {
      return new CudaLibtorch(directory.lib(), "torch of " + torch.environment());
    }
    seen.add(
        torch.environment()
            + " has "
            + (directory.hasLibrary() ? described(directory) : "torch without libraries")
            + " in "
            + torch.directory());
    return null;
  }

  private static String described(LibtorchDirectory directory) {
    @Nullable String version = directory.version();
    return version == null
        ? "a libtorch of unknown version (" + directory.versionFile() + " is missing)"
        : "libtorch " + version;
  }

  private @Nullable CudaLibtorch inCache() {
    try {
      Path cached = CudaLibtorch.cached(environment);
      if (CudaLibtorch.isIn(cached)) {
        return new CudaLibtorch(cached.resolve("lib"), "cache");
      }
      seen.add("the cache has none in " + cached);
    } catch (NoCacheHomeException e) {
      seen.add("there is no cache, since neither XDG_CACHE_HOME nor HOME is an absolute path");
    }
    return null;
  }
}
