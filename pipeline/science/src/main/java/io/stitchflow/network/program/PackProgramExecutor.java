package io.stitchflow.network.program;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.v1.PackProgram;
import io.stitchflow.v1.ProgramSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Makes a network's file of TorchScript files, which it does not run. */
public final class PackProgramExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      StageRun run = runs.get(i);
      PackProgram parameters = run.action().getPackProgram();
      List<ProgramManifest.Segment> segments = new ArrayList<>();
      List<Path> files = new ArrayList<>();
      Map<String, String> names = new HashMap<>();
      for (ProgramSegment segment : parameters.getSegmentList()) {
        String role =
            segment.getFile().isEmpty() ? "segment[" + segments.size() + "]" : segment.getFile();
        files.add(run.input(role));
        segments.add(
            new ProgramManifest.Segment(
                segment.getName(),
                names.computeIfAbsent(role, first -> segment.getName() + ".pt"),
                segment.getMethod().isEmpty() ? ProgramManifest.FORWARD : segment.getMethod(),
                segment.getShapeList()));
      }
      ProgramManifest manifest =
          new ProgramManifest(
              parameters.getName(),
              parameters.getImageShapeList(),
              parameters.getMeanCount() == 0
                  ? null
                  : new NetworkInputs.Scale(parameters.getMeanList(), parameters.getStdList()),
              segments);
      ProgramArchive.write(run.output("program"), manifest, files);
      progress.accept((i + 1.) / runs.size());
    }
  }
}
