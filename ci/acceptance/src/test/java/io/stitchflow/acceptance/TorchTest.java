package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Our networks and least squares against implementations that nobody here wrote. */
@Tag("nightly")
@ExtendWith(Torch.class)
class TorchTest {
  private static final int IMAGES = 32;

  /** All families of stitches; the smaller flattened ones have more examples than inputs. */
  private static final String EXPERIMENT =
      """
      name: "torch"
      dataset { synthetic { train_examples: 640 test_examples: 40 } }
      network { name: "resnet" architecture: "ResNet(1,2,1,1)" width: 2 recipe { epochs: 1 } }
      network { name: "plain" architecture: "PlainNet(1,1,1,1)" width: 2 recipe { epochs: 1 } }
      network { name: "imported" architecture: "ResNet(1,1,1,1)" width: 4
        weights { file: "DIRECTORY/foreign.safetensors" name_map { from: "module." to: "" } } }
      network {
        name: "described"
        recipe { epochs: 1 }
        layer { conv { channels: 6 kernel: 5 padding: 2 } }
        layer { batch_norm {} }
        layer { name: "first" relu {} }
        layer { name: "pool" max_pool { kernel: 3 stride: 2 padding: 1 } }
        layer { name: "bare" conv { channels: 5 kernel: 1 bias: false } }
        layer { name: "norm" batch_norm {} }
        layer {
          name: "block"
          sequence {
            layer {
              residual {
                body { name: "conv1" conv { channels: 7 kernel: 3 stride: 2 padding: 1 } }
                body { name: "bn1" batch_norm {} }
                body { relu {} }
                shortcut { conv { channels: 7 kernel: 1 stride: 2 } }
                shortcut { batch_norm {} }
              }
            }
            layer { relu {} }
            layer { residual { body { conv { channels: 7 kernel: 3 padding: 1 } } } }
          }
        }
        layer { name: "mean" avg_pool { kernel: 2 } }
        layer { name: "flat" flatten {} }
        layer {
          name: "hidden"
          sequence { layer { name: "fc" linear { outputs: 9 } } layer { batch_norm {} } layer { relu {} } }
        }
        layer { name: "head" linear { outputs: 10 } }
      }
      network {
        name: "modern"
        recipe { epochs: 1 }
        cut: "block"
        layer { name: "stem" conv { channels: 12 kernel: 4 stride: 4 } }
        layer { name: "norm" layer_norm { epsilon: 1e-6 } }
        layer {
          name: "block"
          residual {
            body { name: "dwconv" conv { channels: 12 kernel: 7 padding: 3 groups: 12 } }
            body { name: "norm" layer_norm {} }
            body { name: "pwconv1" conv { channels: 24 kernel: 1 } }
            body { gelu {} }
            body { name: "pwconv2" conv { channels: 12 kernel: 1 } }
            body { name: "ls" scale { initial: 0.1 } }
          }
        }
        layer { name: "grouped" group_norm { groups: 3 } }
        layer { name: "silu" silu {} }
        layer { name: "dilated" conv { channels: 12 kernel: 3 padding: 2 dilation: 2 groups: 4 } }
        layer {
          name: "mixed"
          concat {
            branch { layer { conv { channels: 5 kernel: [3, 1] padding: [1, 0] bias: false } } layer { batch_norm {} } layer { relu {} } }
            branch {}
            branch { layer { name: "wide" conv { channels: 7 kernel: [1, 3] stride: [1, 1] padding: [0, 1] } } }
          }
        }
        layer { name: "attention" residual { body { name: "norm" layer_norm {} } body { name: "attn" attention { heads: 4 } } } }
        layer { name: "gelu" gelu {} }
        layer { name: "mean" global_avg_pool {} }
        layer { name: "vector" layer_norm {} }
        layer { name: "hidden" sequence { layer { linear { outputs: 9 } } layer { sigmoid {} } layer { group_norm { groups: 3 } } } }
        layer { name: "head" linear { outputs: 10 } }
      }
      pair { sender: "resnet" receiver: "imported" }
      pair { sender: "plain" receiver: "described" }
      pair { sender: "modern" receiver: "described" }
      condition: TRAINED_TRAINED
      cut: ["layer2.0", "layer3.0", "layer4.0", "block", "hidden"]
      vanilla { recipe { epochs: 1 } }
      """;

  @TempDir Path directory;

  @Test
  void networksAndLeastSquares_againstPytorchAndNumpy_agree() throws Exception {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Torch.run("make", shared);
    Path store = Files.createDirectory(directory.resolve("store"));
    Laboratory laboratory = new Laboratory(store);
    Laboratory.Finished finished =
        laboratory.inProcess(
            Laboratory.experiment(EXPERIMENT.replace("DIRECTORY", shared.toString())));
    assertThat(finished.all().values()).allMatch(result -> result.getMessage().isEmpty());

    Path images = laboratory.blob(finished.output("import data set", "test"));
    Files.copy(images, shared.resolve("images.arrow"));
    for (String name : List.of("resnet", "plain", "imported", "described", "modern")) {
      Path network = laboratory.blob(finished.output("train " + name, "network"));
      Files.copy(network, shared.resolve(name + ".network.safetensors"));
      writeMaps(network, images, shared.resolve(name + ".maps.safetensors"));
    }
    for (Stage stage : finished.plan().getStageList()) {
      if (stage.getAction().hasSolveCopyStitch()) {
        copyStitch(laboratory, finished, stage, shared);
      }
    }

    String said = Torch.run("check", shared);
    System.out.print(said);
    assertThat(said)
        .contains("ok   imported arrays are PyTorch's to the bit")
        .doesNotContain("BAD");
    assertThat(said.lines().filter(line -> line.endsWith("weights") || line.contains(", weights ")))
        .isNotEmpty();
  }

  /** Logits of the first images, and what the network makes of them at each cut. */
  private static void writeMaps(Path network, Path images, Path file) throws IOException {
    List<NamedTensor> maps = new ArrayList<>();
    try (Lane lane = Lane.open();
        Network loaded = LayeredNetwork.load(lane, network);
        TensorFile pixels = TensorFile.open(images)) {
      NDArray x = new NetworkInputs(pixels, IMAGES).batch(lane, 0, IMAGES);
      NDArray logits = loaded.cuts(x, (cut, map) -> maps.add(Lane.save(cut.layer(), map)));
      maps.add(Lane.save("logits", logits));
    }
    Safetensors.write(file, maps, new TreeMap<>());
  }

  private static void copyStitch(
      Laboratory laboratory, Laboratory.Finished finished, Stage solve, Path shared)
      throws IOException {
    String name = solve.getId().replaceAll("[^a-z0-9.]+", "-");
    Files.copy(
        laboratory.blob(finished.output(solve.getId(), "stitch")),
        shared.resolve(name + ".stitch.safetensors"));
    Stage cross =
        finished.plan().getStageList().stream()
            .filter(stage -> stage.getId().equals(of(solve, "cross").getStage()))
            .findFirst()
            .orElseThrow();
    for (String role : List.of("sender", "receiver")) {
      Dependency representation = of(cross, role);
      Files.copy(
          laboratory.blob(finished.output(representation.getStage(), representation.getOutput())),
          shared.resolve(name + "." + role + ".arrow"));
    }
  }

  private static Dependency of(Stage stage, String role) {
    return stage.getDependencyList().stream()
        .filter(dependency -> dependency.getRole().equals(role))
        .findFirst()
        .orElseThrow();
  }
}
