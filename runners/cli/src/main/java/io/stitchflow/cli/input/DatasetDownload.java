package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.OfficialArchive;
import io.stitchflow.download.DownloadException;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.stage.Phase;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Downloads an official data set that an experiment names without a directory. */
public final class DatasetDownload {
  private DatasetDownload() {}

  /**
   * Downloads what the import will read, if it has to run.
   *
   * @throws InputException if it cannot be had or kept, with what to do
   * @throws NoCacheHomeException if there is no place for it
   */
  public static void ifNeeded(
      Experiment experiment, PlanStatus survey, Map<String, String> environment, Terminal terminal)
      throws InputException, NoCacheHomeException {
    boolean imports =
        survey.missing().stream()
            .anyMatch(
                group -> StageDefinition.of(group.getStage(0)).phase() == Phase.IMPORT_DATASETS);
    if (imports) {
      for (OfficialArchive archive : archives(experiment)) {
        download(archive, Stores.datasets(environment), terminal);
      }
    }
  }

  /** The archives that data sets of a valid experiment are downloaded as, if without files. */
  static List<OfficialArchive> archives(Experiment experiment) {
    List<OfficialArchive> archives = new ArrayList<>();
    for (Dataset dataset : DatasetKinds.datasets(experiment)) {
      @Nullable OfficialArchive archive = DatasetKinds.of(dataset).archive(dataset);
      if (archive != null) {
        archives.add(archive);
      }
    }
    return archives;
  }

  private static void download(OfficialArchive archive, Path datasets, Terminal terminal)
      throws InputException {
    try (DownloadDisplay display = new DownloadDisplay(terminal, archive.title())) {
      if (!archive.isThere(datasets)) {
        terminal.err().println(archive.title() + ": downloading " + archive.source());
        archive.fetch(datasets, display::show);
      }
    } catch (DownloadException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new InputException(
          archive.title()
              + " cannot be kept in "
              + datasets
              + ": "
              + IoReason.withFile(e)
              + "; make room there, or choose another place by XDG_CACHE_HOME");
    }
  }
}
