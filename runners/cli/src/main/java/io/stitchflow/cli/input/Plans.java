package io.stitchflow.cli.input;

import io.stitchflow.code.StageCode;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.plan.RepresentationRetention;
import io.stitchflow.plan.TimeEstimator;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.store.Stores;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.RepresentationPolicy;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What commands do before anything runs. */
public final class Plans {
  private Plans() {}

  /**
   * The plan of an experiment under the options of a command.
   *
   * @throws InputException if there is no such device, or a file of the data set cannot be read
   * @throws IOException if the program's own classes cannot be read
   */
  public static Plan of(
      ValidExperiment valid, ExperimentOptions options, Map<String, String> environment)
      throws InputException, IOException {
    boolean codeInKeys = options.codeInKeys() || codeInKeys(environment);
    return of(valid, options.device(), environment, codeInKeys);
  }

  /** Like {@link #of(ValidExperiment, ExperimentOptions, Map)}, where the environment decides. */
  public static Plan of(ValidExperiment valid, String device, Map<String, String> environment)
      throws InputException, IOException {
    return of(valid, device, environment, codeInKeys(environment));
  }

  private static Plan of(
      ValidExperiment valid, String device, Map<String, String> environment, boolean codeInKeys)
      throws InputException, IOException {
    Plan plan = plan(valid, datasets(valid, environment), toolchain(device));
    return codeInKeys ? withCode(plan, StageCode.of(StageDefinition.all())) : plan;
  }

  /** The plan as it runs in that store: with {@code AUTO}, its disk says what is kept. */
  public static Plan in(Store store, ValidExperiment valid, Plan plan) throws IOException {
    return valid.experiment().getRepresentation().getPolicy() == RepresentationPolicy.AUTO
        ? RepresentationRetention.fit(plan, new Memo(store), store.usableBytes())
        : plan;
  }

  static boolean codeInKeys(Map<String, String> environment) {
    return environment.getOrDefault("STITCHFLOW_CODE_IN_KEYS", "").equals("1");
  }

  /** Asked for only where something is downloaded: other data sets need no cache directory. */
  private static Path datasets(ValidExperiment valid, Map<String, String> environment)
      throws NoCacheHomeException {
    return DatasetDownload.archives(valid.experiment()).isEmpty()
        ? valid.base()
        : Stores.datasets(environment);
  }

  private static Plan plan(ValidExperiment valid, Path datasets, Toolchain toolchain)
      throws InputException {
    try {
      return Planner.plan(valid, datasets, toolchain);
    } catch (IOException e) {
      throw new InputException(
          "the data set or weights cannot be read: "
              + IoReason.withFile(e)
              + "; check their files");
    }
  }

  /** The same stages under keys that hold the code that computes them. */
  static Plan withCode(Plan plan, Map<StageDefinition, StageCode> codes) {
    Plan.Builder changed = plan.toBuilder();
    for (Stage.Builder stage : changed.getStageBuilderList()) {
      StageCode code = codes.get(StageDefinition.of(stage.getAction()));
      if (code == null) {
        throw new IllegalStateException("nothing here computes '" + stage.getId() + "'");
      }
      stage.getActionBuilder().setCode(code.digest().bytes());
    }
    return changed.build();
  }

  static Toolchain toolchain(String device) throws InputException {
    try {
      return Toolchains.forDevice(device);
    } catch (IllegalArgumentException e) {
      throw new InputException("--device: " + e.getMessage());
    }
  }

  /** Knows how long everything took that is in the store. */
  public static TimeEstimator estimator(PlanStatus survey, int lanes) {
    TimeEstimator estimator = new TimeEstimator(lanes);
    for (StageStatus status : survey.stages()) {
      if (status.known() != null) {
        estimator.learn(status.stage(), status.known().getResult().getSeconds());
      }
    }
    return estimator;
  }
}
