package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.InputGradients;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Programs that the documents' exporter wrote, against the PyTorch that wrote them. */
@Tag("nightly")
@ExtendWith(Torch.class)
class TorchProgramsTest {
  private static final double MAPS = 1e-4;
  private static final double GRADIENTS = 1e-3;

  private static final String EXPERIMENT =
      """
      name: "programs"
      dataset { synthetic { train_examples: 160 test_examples: 40 } }
      network { name: "resnet" program { directory: "DIRECTORY/resnet" } }
      network { name: "vgg" program { directory: "DIRECTORY/vgg" } }
      network { name: "vit" program { directory: "DIRECTORY/vit" } }
      network {
        name: "methods"
        program {
          segment { name: "stem" file: "DIRECTORY/r18.pt" method: "stem" shape: [8, 8, 8] }
          segment { name: "layer1" file: "DIRECTORY/r18.pt" method: "layer1" shape: [8, 8, 8] }
          segment { name: "head" file: "DIRECTORY/r18.pt" method: "head" }
        }
      }
      pair { sender: "resnet" receiver: "vgg" }
      pair { sender: "vit" receiver: "resnet" }
      pair { sender: "resnet" receiver: "vit" }
      pair { sender: "methods" receiver: "vgg" }
      condition: TRAINED_TRAINED
      cut: ["stem", "layer2", "three", "hidden", "block2"]
      vanilla { recipe { epochs: 1 } }
      """;

  @TempDir Path directory;

  @Test
  void programs_againstPytorch_giveItsMapsAndGradients() throws Exception {
    Path programs = Files.createDirectory(directory.resolve("programs"));
    Torch.programs(programs);
    Laboratory laboratory = new Laboratory(Files.createDirectory(directory.resolve("store")));
    Laboratory.Finished finished =
        laboratory.inProcess(
            Laboratory.experiment(EXPERIMENT.replace("DIRECTORY", programs.toString())));
    assertThat(finished.all().values()).allMatch(result -> result.getMessage().isEmpty());
    for (String name : List.of("resnet", "vgg", "vit")) {
      check(
          laboratory.blob(finished.output("train " + name, "network")),
          Safetensors.read(programs.resolve(name + ".safetensors")));
    }
    check(
        laboratory.blob(finished.output("train methods", "network")),
        Safetensors.read(programs.resolve("resnet.safetensors")));
  }

  private static void check(Path program, SafetensorsFile expected) throws IOException {
    try (Lane lane = Lane.open();
        Network network = NetworkFile.open(lane, program)) {
      Map<CutPoint, NDArray> maps = new HashMap<>();
      for (CutPoint cut : network.source().cuts()) {
        maps.put(cut, lane.load(expected.get(cut.layer())));
      }
      NDArray images = lane.load(expected.get("images"));
      NDArray logits =
          network.cuts(
              images,
              (cut, map) ->
                  assertClose(map, Objects.requireNonNull(maps.get(cut)), MAPS, cut.layer()));
      assertClose(logits, lane.load(expected.get("logits")), MAPS, "logits");
      for (CutPoint cut : network.source().cuts()) {
        NDArray x = lane.load(expected.get(cut.layer()));
        NDArray slope = lane.load(expected.get("gradient." + cut.layer()));
        try (InputGradients gradients =
            new InputGradients(
                x, map -> network.suffix(map, cut).square().sum().reshape(new Shape(1)))) {
          gradients.of(
              lane.manager().ones(new Shape(1)),
              gradient -> assertClose(gradient, slope, GRADIENTS, "gradient of " + cut.layer()));
        }
      }
    }
  }

  /** Largest difference over largest number. */
  private static void assertClose(NDArray actual, NDArray expected, double limit, String what) {
    assertThat(actual.getShape()).as(what).isEqualTo(expected.getShape());
    double largest = expected.abs().max().getFloat();
    assertThat(largest).as(what).isGreaterThan(0);
    assertThat(actual.sub(expected).abs().max().getFloat() / largest).as(what).isLessThan(limit);
  }
}
