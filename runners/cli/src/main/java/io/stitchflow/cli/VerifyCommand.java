package io.stitchflow.cli;

import io.stitchflow.artifacts.Store;
import io.stitchflow.artifacts.StoreProblem;
import io.stitchflow.artifacts.StoreVerifier;
import io.stitchflow.artifacts.Verification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stitchflow verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = {
      "Reads the store, hashes everything anew and names what is damaged. Runs may go on meanwhile.",
      "Damage costs time only: what is damaged is computed again when it is needed. Ends with exit code 3 if it finds some and is not to repair it."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  stitchflow verify --sample 5%",
      "reads every twentieth file; another --seed, others."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final int MOST_SHOWN = 50;

  private final Terminal system;
  private final Map<String, String> environment;

  @Option(
      names = "--sample",
      paramLabel = "P%",
      description = "Reads only this share of the files, drawn by --seed.")
  private String sample = "100%";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which files a sample has. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--repair",
      description = "Moves what is damaged to quarantine/, from where a gc deletes it.")
  private boolean repair;

  @Mixin private StoreOption storeOption = new StoreOption();
  @Mixin private JsonOption json = new JsonOption();

  VerifyCommand(Terminal system, Map<String, String> environment) {
    this.system = system;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    double share = Quantities.share("--sample", sample);
    Store store = Store.open(storeOption.store(environment));
    StoreVerifier verifier = new StoreVerifier(store, share, seed);
    Verification verification = repair ? verifier.repair() : verifier.verify();
    json.print(system, text(store, verification), json(store, verification));
    return repair || verification.damage().isEmpty() ? ExitCode.DONE : ExitCode.STORE;
  }

  private static String text(Store store, Verification verification) {
    StringBuilder text = new StringBuilder();
    List<StoreProblem> problems = verification.problems();
    for (StoreProblem problem : problems.subList(0, Math.min(MOST_SHOWN, problems.size()))) {
      text.append(
          String.format("%s: %s: %s%n", problem.path(), problem.kind().word(), problem.message()));
    }
    if (problems.size() > MOST_SHOWN) {
      text.append(String.format("and %d more; --json has all%n", problems.size() - MOST_SHOWN));
    }
    long damaged = verification.damage().size();
    return text.append(
            String.format(
                "%s: read %d blobs (%s), %d records, %d actions; %d damaged%s, %d not damaged but"
                    + " incomplete%n",
                store.root(),
                verification.blobs(),
                Quantities.words(verification.blobBytes()),
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
