package io.stitchflow.cli;

import io.stitchflow.artifacts.IoReason;
import io.stitchflow.artifacts.Stores;
import io.stitchflow.dataset.Cifar;
import io.stitchflow.dataset.DownloadException;
import io.stitchflow.dataset.OfficialArchive;
import io.stitchflow.plan.StageKind;
import io.stitchflow.plan.Survey;
import io.stitchflow.v1.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Gets an official data set that an experiment names without a directory, and shows how far it is.
 */
final class DatasetDownload {
  private static final int TENTHS = 10;

  private final Terminal terminal;
  private final String title;
  private long shown = -1;

  DatasetDownload(Terminal terminal, String title) {
    this.terminal = terminal;
    this.title = title;
  }

  /**
   * Downloads what the import will read, if it has to run.
   *
   * @throws InputException if it cannot be had or kept, with what to do
   */
  static void ifNeeded(
      Dataset dataset, Survey survey, Map<String, String> environment, Terminal terminal)
      throws InputException {
    boolean imports =
        survey.missing().stream()
            .anyMatch(group -> StageKind.of(group.getStage(0)) == StageKind.IMPORT_DATASET);
    Path datasets = Stores.datasets(environment);
    if (imports && dataset.hasCifar10() && dataset.getCifar10().getDirectory().isEmpty()) {
      download(Cifar.CIFAR10, dataset.getCifar10().getUrl(), datasets, terminal);
    } else if (imports && dataset.hasCifar100() && dataset.getCifar100().getDirectory().isEmpty()) {
      download(Cifar.CIFAR100, dataset.getCifar100().getUrl(), datasets, terminal);
    }
  }

  private static void download(Cifar cifar, String url, Path datasets, Terminal terminal)
      throws InputException {
    OfficialArchive archive = OfficialArchive.of(cifar, url, datasets);
    DatasetDownload display = new DatasetDownload(terminal, archive.title());
    try {
      if (!archive.isThere()) {
        terminal.err().println(archive.title() + ": downloading " + archive.source());
        archive.fetch(display::show);
      }
    } catch (DownloadException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new InputException(
          archive.title()
              + " cannot be kept in "
              + datasets
              + ": "
              + IoReason.of(e)
              + "; make room there, or choose another place by XDG_CACHE_HOME");
    } finally {
      display.end();
    }
  }

  /** A line that is written over on a terminal, a line each tenth in a log. */
  void show(long bytes, long all) {
    long step = terminal.errIsLive() ? bytes >> 20 : TENTHS * bytes / all;
    if (step == shown) {
      return;
    }
    shown = step;
    String line = title + ": " + Quantities.words(bytes) + " of " + Quantities.words(all);
    if (terminal.errIsLive()) {
      terminal.err().print("\r" + line + "   ");
      terminal.err().flush();
    } else {
      terminal.err().println(line);
    }
  }

  void end() {
    if (terminal.errIsLive() && shown >= 0) {
      terminal.err().println();
    }
  }
}
