package io.stitchflow.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code stitchflow} command. */
@Command(
    name = "stitchflow",
    description = "Runs model-stitching experiments and recomputes only what changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Stitchflow.Version.class)
public final class Stitchflow {

  /** Exits with 0 when done, 1 for a bug of ours, 2 for a mistake in the input. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Stitchflow()).execute(args));
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Stitchflow.class.getPackage().getImplementationVersion();
      return new String[] {"stitchflow " + (version == null ? "(from classes)" : version)};
    }
  }
}
