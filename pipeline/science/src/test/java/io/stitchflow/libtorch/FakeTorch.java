package io.stitchflow.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Directories that look like libtorch or torch, with empty libraries. */
final class FakeTorch {
  private FakeTorch() {}

  /** PyTorch's archive, unpacked; returns its directory of libraries. */
  static Path archive(Path directory, String version) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("build-version"), version + "\n");
    return libraries(directory);
  }

  /** The package of a virtual environment; returns its directory of libraries. */
  static Path inEnvironment(Path environment, String version) throws IOException {
    return inPackages(environment.resolve("lib/python3.11/site-packages"), version);
  }

  static Path inPackages(Path packages, String version) throws IOException {
    Path torch = Files.createDirectories(packages.resolve("torch"));
    Files.createFile(torch.resolve("__init__.py"));
    Files.writeString(
        torch.resolve("version.py"),
        "from typing import Optional\n\n__all__ = ['__version__']\n__version__ = '"
            + version
            + "'\n");
    return libraries(torch);
  }

  /** A program {@code python3}; returns the directory that PATH needs. */
  static Path python(Path directory, String script) throws IOException {
    Path python = Files.createDirectories(directory).resolve("python3");
    Files.writeString(python, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  private static Path libraries(Path directory) throws IOException {
    Path lib = Files.createDirectories(directory.resolve("lib"));
    Files.createFile(lib.resolve(System.mapLibraryName("torch")));
    return lib;
  }
}
