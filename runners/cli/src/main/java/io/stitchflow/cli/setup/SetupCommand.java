package io.stitchflow.cli.setup;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.download.HttpFile;
import io.stitchflow.libtorch.CudaLibtorch;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stitchflow setup cuda}. */
@Command(
    name = "setup",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = "Downloads what Stitchflow does not contain: libtorch for NVIDIA GPUs.")
public final class SetupCommand implements Runnable {
  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");

  private final Terminal system;
  private final Map<String, String> environment;
  @Spec private CommandSpec spec = CommandSpec.create();

  public SetupCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "setup of what? choose cuda");
  }

  /** {@code stitchflow setup cuda}. */
  @Command(
      name = "cuda",
      mixinStandardHelpOptions = true,
      versionProvider = Versions.class,
      description = {
        "Downloads libtorch for CUDA, PyTorch's own archive, and unpacks it into the cache of native libraries, where --device cuda finds it.",
        "An interrupted download is kept and resumed by the next start. Needs an NVIDIA driver for CUDA 12.8 to compute, but not to download."
      })
  int cuda(
      @Option(
              names = "--from",
              paramLabel = "URL|FILE",
              defaultValue = "",
              description =
                  "The archive's mirror or copy, for machines without the internet. Default: download.pytorch.org.")
          String from)
      throws InputException, NoCacheHomeException {
    CudaSetup.Source source = source(from);
    Path directory = CudaLibtorch.cached(environment);
    boolean done = new CudaSetup(directory, system).run(source);
    system
        .out()
        .println(
            "libtorch "
                + CudaLibtorch.version()
                + (done ? " is in " : " is already in ")
                + directory
                + "; compute on the GPU with --device cuda");
    return ExitCode.DONE;
  }

  private static CudaSetup.Source source(String from) throws InputException {
    if (from.isEmpty()) {
      return new CudaSetup.Web(new HttpFile(CudaSetup.OFFICIAL));
    }
    if (URL.matcher(from).matches()) {
      return new CudaSetup.Web(new HttpFile(url(from)));
    }
    Path file = Path.of(from).toAbsolutePath().normalize();
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "--from: "
              + file
              + (Files.exists(file) ? ": is not a file" : ": does not exist")
              + "; pass a copy of "
              + CudaSetup.ARCHIVE
              + ", or its URL");
    }
    return new CudaSetup.Local(file);
  }

  private static URI url(String from) throws InputException {
    try {
      URI uri = new URI(from);
      if (HttpFile.isHttp(uri)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Refused below, without the text: it may have a password
    }
    throw new InputException(
        "--from: needs a file, or a valid URL of http or https without a user name");
  }
}
