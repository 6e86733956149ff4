package io.stitchflow.cli.command;

import io.stitchflow.cli.input.JsonOption;
import io.stitchflow.cli.input.Quantities;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.cli.text.Versions;
import io.stitchflow.gc.StoreProblem;
import io.stitchflow.gc.StoreVerifier;
import io.stitchflow.gc.Verification;
import io.stitchflow.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Reads all files of the store, checks their hashes and lists damaged files. Safe while experiments run.",
      "Damaged results are recomputed when a run needs them. Exits with code 3 if files are damaged and --repair is not given, or if a recomputed result differs.",
      "For a remote store, only the local cache is read; --rerun downloads inputs that are missing."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow verify --sample 5%% --rerun 1%%",
      "reads 5%% of the files and recomputes 1%% of the results; --seed selects which."
    })
public final class VerifyCommand extends StoreCommand {
  private static final int MOST_SHOWN = 50;

  @Option(
      names = "--sample",
      paramLabel = "P%",
      description = "Reads only this share of the files, sampled with --seed.")
  private String sample = "100%";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the samples. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--repair",
      description = "Moves damaged files to quarantine/; a later gc deletes them.")
  private boolean repair;

  @Option(
      names = "--rerun",
      paramLabel = "P%",
      description =
          "Also recomputes this share of the results, sampled with --seed, and compares them bit for bit. Does not change the store.")
  private @Nullable String rerun;

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  public VerifyCommand(Terminal system, Map<String, String> environment) {
    super(system, environment);
  }

  @Override
  public Integer call() throws Exception {
    double share = Quantities.share("--sample", sample);
    double rerunShare = rerun == null ? 0 : Quantities.share("--rerun", rerun);
    Store store = storeOption.open(environment);
    StoreVerifier verifier = new StoreVerifier(store, share, seed);
    Verification verification = repair ? verifier.repair() : verifier.verify();
    StringBuilder text = new StringBuilder(text(store, verification));
    Map<String, Object> result = json(store, verification);
    boolean same = true;
    if (rerunShare > 0) {
      List<Reproduction.Outcome> outcomes =
          new Reproduction(store)
              .run(rerunShare, seed, outcome -> system.err().println(line(outcome)));
      same =
          outcomes.stream().noneMatch(outcome -> outcome.state() == Reproduction.State.DIFFERENT);
      text.append(summary(outcomes));
      result.put("rerun", outcomes.stream().map(VerifyCommand::json).toList());
    }
    json.print(system, text.toString(), result);
    boolean sound = repair || verification.damage().isEmpty();
    return sound && same ? ExitCode.DONE : ExitCode.STORE;
  }

  private static String line(Reproduction.Outcome outcome) {
    return String.format(
            Locale.ROOT,
            "rerun %s %s: %s %s",
            outcome.key().brief(),
            outcome.kind(),
            outcome.state().word(),
            outcome.message())
        .strip();
  }

  private static String summary(List<Reproduction.Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    for (Reproduction.Outcome outcome : outcomes) {
      if (outcome.state() == Reproduction.State.DIFFERENT) {
        text.append(line(outcome)).append('\n');
      }
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "computed again: %d the same, %d different, %d could not be%n",
                count(outcomes, Reproduction.State.SAME),
                count(outcomes, Reproduction.State.DIFFERENT),
                count(outcomes, Reproduction.State.SKIPPED)))
        .toString();
  }

  private static long count(List<Reproduction.Outcome> outcomes, Reproduction.State state) {
    return outcomes.stream().filter(outcome -> outcome.state() == state).count();
  }

  private static Map<String, Object> json(Reproduction.Outcome outcome) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("key", outcome.key().hex());
    json.put("kind", outcome.kind());
    json.put("state", outcome.state().word());
    json.put("message", outcome.message());
    return json;
  }

  private static String text(Store store, Verification verification) {
    StringBuilder text = new StringBuilder();
    List<StoreProblem> problems = verification.problems();
    for (StoreProblem problem : problems.subList(0, Math.min(MOST_SHOWN, problems.size()))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s: %s: %s%n",
              problem.path(),
              problem.kind().word(),
              problem.message()));
    }
    if (problems.size() > MOST_SHOWN) {
      text.append(
          String.format(
              Locale.ROOT, "and %d more; --json has all%n", problems.size() - MOST_SHOWN));
    }
    long damaged = verification.damage().size();
    return text.append(
            String.format(
                Locale.ROOT,
                "%s: read %d blobs (%s), %d records, %d actions; %d damaged%s, %d not damaged but"
                    + " incomplete%n",
                store.root(),
                verification.blobs(),
                Sizes.words(verification.blobBytes()),
                verification.records(),
                verification.actions(),
                damaged,
                damaged > 0 && verification.repaired() ? " and moved to quarantine/" : "",
                problems.size() - damaged))
        .toString();
  }

  private static Map<String, Object> json(Store store, Verification verification) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("store", store.root().toString());
    json.put("blobs", verification.blobs());
    json.put("bytes", verification.blobBytes());
    json.put("records", verification.records());
    json.put("actions", verification.actions());
    json.put("damaged", verification.damage().size());
    json.put("repaired", verification.repaired());
    List<Object> problems = new ArrayList<>();
    for (StoreProblem problem : verification.problems()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("kind", problem.kind().word());
      one.put("path", problem.path());
      one.put("message", problem.message());
      problems.add(one);
    }
    json.put("problem", problems);
    return json;
  }
}
