package io.stitchflow.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.TextFormat;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExperimentFileTest {
  private static final List<String> GOOD =
      List.of(
          "name: \"e\"",
          "dataset { synthetic { train_examples: 256 } }",
          "network { name: \"a\" architecture: \"ResNet(1,1,1,1)\" width: 8 }",
          "network { name: \"b\" architecture: \"ResNet(1,2,1,1)\" width: 8 }");

  @TempDir Path directory;

  @Test
  void file_good_hasEveryDefault() throws Exception {
    Experiment experiment = read(GOOD).experiment();
    assertThat(experiment).isEqualTo(ExperimentDefaults.fill(experiment));
    assertThat(experiment.getPairCount()).isEqualTo(4);
    assertThat(experiment.getConditionList()).hasSize(4).startsWith(Condition.TRAINED_TRAINED);
    assertThat(experiment.getNetwork(1).getRecipe().getLearningRate()).isEqualTo(0.05);
    assertThat(experiment.getVanilla().getRecipe().getEpochs()).isEqualTo(10);
    assertThat(experiment.getCopy().getRecipe().getEpochs()).isEqualTo(10);
    assertThat(experiment.getSeedList()).containsExactly(1L);
  }

  @Test
  void network_severalSeeds_isOneNetworkForEach() throws Exception {
    List<String> lines = new ArrayList<>(GOOD.subList(0, 3));
    lines.add("network { name: \"b\" architecture: \"ResNet(1,2,1,1)\" seed: [1, 7] }");
    Experiment all = read(lines).experiment();
    assertThat(all.getNetworkList())
        .extracting(Network::getName)
        .containsExactly("a", "b-s1", "b-s7");
    assertThat(all.getNetworkList())
        .extracting(Network::getSeedList)
        .containsExactly(List.of(1L), List.of(1L), List.of(7L));
    assertThat(all.getNetwork(1).toBuilder().setName("b-s7").setSeed(0, 7).build())
        .isEqualTo(all.getNetwork(2));
    assertThat(pairs(all)).hasSize(9).contains("b-s1 b-s7", "b-s7 b-s7", "a b-s1");
    assertThat(ExperimentDefaults.fill(all)).isEqualTo(all);

    lines.add("pair { sender: \"b\" receiver: \"b\" } pair { sender: \"a\" receiver: \"b-s7\" }");
    assertThat(pairs(read(lines).experiment()))
        .containsExactly("b-s1 b-s1", "b-s1 b-s7", "b-s7 b-s1", "b-s7 b-s7", "a b-s7");
    lines.add("only: \"b\"");
    assertThat(pairs(read(lines).experiment())).hasSize(4).doesNotContain("a b-s7");
    lines.set(5, "only: [\"a\", \"b-s7\"]");
    assertThat(pairs(read(lines).experiment())).containsExactly("b-s7 b-s7", "a b-s7");
  }

  @Test
  void network_oneSeedInAList_keepsItsName() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(2, GOOD.get(2).replace("width", "seed: [5] width"));
    Experiment experiment = read(lines).experiment();
    assertThat(experiment.getNetwork(0).getName()).isEqualTo("a");
    assertThat(experiment.getNetwork(0).getSeedList()).containsExactly(5L);
    assertThat(experiment.getNetwork(1).getSeedList()).containsExactly(1L);
  }

  @Test
  void network_tooManySeeds_areTooManyStages() throws IOException {
    String seeds =
        IntStream.rangeClosed(1, 600).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(2, GOOD.get(2).replace("width", "seed: [" + seeds + "] width"));
    assertThat(problems(lines)).anyMatch(problem -> problem.contains("361,201 pairs"));
  }

  private static List<String> pairs(Experiment experiment) {
    return experiment.getPairList().stream()
        .map(pair -> pair.getSender() + " " + pair.getReceiver())
        .toList();
  }

  @Test
  void file_writtenWithEveryDefault_readsTheSame() throws Exception {
    Experiment experiment = read(GOOD).experiment();
    String text = TextFormat.printer().printToString(experiment);
    assertThat(read(List.of(text)).experiment()).isEqualTo(experiment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          network { name: "c" architecture: "PlainNet(1,0,1,1)" } | network[2].architecture: 'PlainNet(1,0,1,1)' is not an architecture; choose
          network { name: "c" architecture: "ResNet(1,1,1,999999999)" } | network[2].architecture: 'ResNet(1,1,1,999999999)' is not an architecture; choose
          network { name: "c" width: 8 layer { name: "x" flatten {} } layer { linear { outputs: 10 } } } | network[2].width: is given beside layer, which describes the network; drop one
          network { name: "c" architecture: "ResNet18" layer { name: "x" flatten {} } layer { linear { outputs: 10 } } } | network[2].architecture: is given beside layer
          network { name: "c" layer { name: "x y" flatten {} } layer { linear { outputs: 10 } } } | network[2].layer[0].name: 'x y' has the character ' '
          network { name: "c" layer { name: "x" conv { kernel: 3 } } } | network[2].layer[0].conv.channels: is missing or 0; choose a whole number from 1 to 65536
          network { name: "c" layer { name: "x" conv { channels: 4 kernel: 3 stride: 0 } } } | network[2].layer[0].conv.stride[0]: is 0; choose a whole number from 1 to 64
          network { name: "c" layer { name: "x" conv { channels: 4 kernel: 3 groups: 0 } } } | network[2].layer[0].conv.groups: is 0; choose a whole number from 1 to 65536
          network { name: "c" layer { name: "x" conv { channels: 4 kernel: 3 dilation: [1, 65] } } } | network[2].layer[0].conv.dilation[1]: is 65; choose a whole number from 1 to 64
          network { name: "c" layer { name: "x" layer_norm { epsilon: 0 } } } | network[2].layer[0].layer_norm.epsilon: is 0.0; choose a number above 0
          network { name: "c" layer { name: "x" group_norm { groups: 3 epsilon: -1 } } } | network[2].layer[0].group_norm.epsilon: is -1.0; choose a number above 0
          network { name: "c" layer { name: "x" concat { branch {} branch { layer { name: "x y" relu {} } } } } } | network[2].layer[0].concat.branch[1].layer[0].name: 'x y' has the character ' '
          network { name: "c" layer { name: "x" conv { channels: 4 kernal: 3 } } } | network[2].layer[0].conv.kernal: ConvolutionLayer has no field 'kernal'; did you mean 'kernel'?
          network { name: "c" layer { name: "x" relu {} } layer { name: "y" residual { body { conv { channels: 4 kernel: 3 } } } } } | network[2].layer[1].residual: the body gives [4, 30, 30], the shortcut [3, 32, 32]; give both
          network { name: "c" layer { name: "x" flatten {} } layer { relu {} conv {} } } | network[2].layer[1].relu: is given beside conv; drop one
          network { name: "c" layer { name: "v" conv { channels: 3 kernel: 8 } } layer { flatten {} } layer { linear { outputs: 10 } } } | network[2]: c -> a: no stitch family fits 'v' [3, 25, 25] -> 'stem' [8, 32, 32]: flattened joins a map or vector to a vector, pointwise joins maps of the same height and width, strided joins a map to one whose height and width are smaller by a whole multiple, upsampled joins a map to one whose height and width are larger by a whole multiple, resampled joins a vector, map or token sequence to a map or token sequence of another height and width, each a whole multiple of the other; sequences of a square number of tokens, with or without a class token, are square maps; and 4 more such cells; name the cuts that fit in `cut`
          network { name: "c" layer { name: "v" conv { channels: 1 kernel: 8 } } layer { flatten {} } layer { linear { outputs: 10 } } } | network[2]: a -> c: no stitch family fits 'stem' [8, 32, 32] -> 'v' [1, 25, 25]: flattened joins a map or vector to a vector, pointwise joins maps of the same height and width, strided joins a map to one whose height and width are smaller by a whole multiple, upsampled joins a map to one whose height and width are larger by a whole multiple
          network { name: "c" layer { name: "v" flatten {} } layer { linear { outputs: 10 } } } pair { sender: "a" receiver: "c" } | pair[0]: a -> c: least squares takes stitches into vectors from 4096 numbers at most, but there are stem -> v from 8192 numbers
          network { name: "c" architecture: "ResNet18" seed: [1, 2, 1] } | network[2].seed[2]: 1 is seed[0] too; drop one
          network { name: "c" architecture: "ResNet18" seed: [1, 2] } network { name: "c-s2" architecture: "ResNet18" } | network[3].name: 'c-s2' is the name of network[2] too; rename one
          network { name: "c-s2" architecture: "ResNet18" } network { name: "c" architecture: "ResNet18" seed: [1, 2] } | network[3].seed: makes a network 'c-s2', which is the name of network[2] too; rename one
          network { name: "c" architecture: "ResNet18" seed: [1, 2] weights { file: "x" } } | network[2].seed: has several values, but weights of a file have no seed; keep one, and give each file a network of its own, all with the same imported_recipe
          network { name: "c" architecture: "ResNet18" seed: [1, 2] } pair { sender: "c" receiver: "c-s3" } | pair[0].receiver: there is no network 'c-s3'
          network { name: "c" layer { name: "v" conv { channels: 3 kernel: 8 } } layer { flatten {} } layer { linear { outputs: 10 } } seed: [1, 2] } pair { sender: "c" receiver: "a" } | pair[0]: c-s1 -> a: no stitch family fits 'v' [3, 25, 25] -> 'stem' [8, 32, 32]
          network { name: "c" architecture: "ResNet18" weights { } } | network[2].weights.file: is missing; write the path of a safetensors file
          network { name: "c" architecture: "ResNet18" weights { file: "none" } } | none does not exist; check the name
          network { name: "c" architecture: "ResNet18" weights { file: "." } } | is not a file; check the name
          network { name: "c" architecture: "ResNet18" weights { file: "e.textproto" } } | network[2].weights.file: cannot be read:
          network { name: "c" architecture: "ResNet18" weights { file: "x" name_map { } } } | network[2].weights.name_map[0].from: is missing; write a name in the file
          network { name: "c" architecture: "ResNet18" weights { file: "x" } recipe { epochs: 1 } } | network[2].recipe: is given beside weights, which take the place of training; drop one
          network { name: "c" architecture: "ResNet18" imported_recipe: "r" } | network[2].imported_recipe: is given, but the network is trained here, by its recipe; drop it, or give its weights
          network { name: "c" architecture: "ResNet18" dataset { synthetic { noise: 300 } } } | network[2].dataset.synthetic.noise: is 300
          network { name: "c" architecture: "ResNet18" dataset { } } | network[2].dataset: is missing; choose
          network { name: "c" architecture: "ResNet18" dataset { synthetic { } normalization { from_train: true } } } | network[2].dataset.normalization: may differ from the experiment's, whose examples the network gets in stitching; write the same mean and std in both
          network { name: "c" architecture: "ResNet18" dataset { synthetic { } normalization { mean: 0.5 std: 0.5 } } } | network[2].dataset.normalization: has 1 numbers of mean and 1 of std, but examples [3, 32, 32] have 3 channels
          network { name: "c" architecture: "ResNet18" recipe { patience: 2 } dataset { synthetic { } } } | network[2].recipe.patience: needs images that nothing learns from
          network { name: "c" architecture: "ResNet18" recipe { batch_size: 64 } dataset { synthetic { train_examples: 40 } } } | network[2].recipe.batch_size: is 64, but there are 40 examples to learn from; choose 1 to 40
          network { name: "c" architecture: "ResNet18" seed: [1, 2] dataset { synthetic { } } } pair { sender: "a" receiver: "c-s2" } | pair[0].receiver: 'c-s2' has a data set of its own, but stitches learn the receiver's classes from the experiment's; choose another receiver, or swap the two
          network { name: "c" dataset { synthetic { } } representations { cut { name: "p" pixels {} } } } | network[2].dataset: is given beside representations, which stand in place of a network; drop one
          network { name: "c" imported_recipe: "r" representations { cut { name: "p" pixels {} } } } | network[2].imported_recipe: is given beside representations, which stand in place of a network; drop one
          """)
  void network_wrong_isReportedWithItsPlaceAndField(String line, String expected)
      throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.add(line);
    assertThat(problems(lines))
        .allMatch(problem -> problem.startsWith("e.textproto:5:"))
        .anyMatch(problem -> problem.contains(expected));
  }

  @Test
  void network_nestedTooDeep_isReportedWithoutAStackTrace() throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.add(
        "network { name: \"c\" "
            + "layer { sequence { ".repeat(20_000)
            + "} } ".repeat(20_000)
            + "}");
    assertThat(problems(lines)).isNotEmpty();
  }

  @Test
  void weights_ofAnotherNetwork_areReportedWithAllArraysAtTheFilesPlace() throws Exception {
    NamedTensor bias = new NamedTensor("fc.bias", Dtype.F32, List.of(3), ByteBuffer.allocate(12));
    NamedTensor other = new NamedTensor("other", Dtype.F32, List.of(), ByteBuffer.allocate(4));
    Safetensors.write(directory.resolve("w"), List.of(bias, other), new TreeMap<>());
    List<String> lines = new ArrayList<>(GOOD);
    lines.add("network { name: \"c\" architecture: \"ResNet(1,1,1,1)\" width: 8");
    lines.add("  weights { file: \"w\" } }");
    InvalidExperimentException e =
        catchThrowableOfType(InvalidExperimentException.class, () -> read(lines));
    assertThat(e.problems())
        .hasSize(3)
        .allMatch(problem -> problem.contains("e.textproto:6:13: network[2].weights.file: "));
    assertThat(e.problems().get(0))
        .contains("w lacks 61 of 62 arrays of ResNet(1,1,1,1)/8: 'conv1.weight' [8, 3, 3, 3], ")
        .contains(", 'bn1.running_var' [8] and 56 more; ");
    assertThat(e.problems().get(1))
        .contains("w has 1 array that ResNet(1,1,1,1)/8 lacks: 'other' []; ");
    assertThat(e.problems().get(2))
        .contains("w has 1 array of the wrong shape: 'fc.bias' must be [10], but is [3]; ");
  }

  @Test
  void networks_describedAndImported_readTheSameWithEveryDefault() throws Exception {
    NamedTensor weight = new NamedTensor("w", Dtype.F32, List.of(10, 3), ByteBuffer.allocate(120));
    Safetensors.write(directory.resolve("w"), List.of(weight), new TreeMap<>());
    Experiment experiment =
        read(List.of(
                "name: \"e\" dataset { synthetic {} } cut: \"p\" network { name: \"a\"",
                "layer { name: \"p\" max_pool { kernel: 2 } } layer { global_avg_pool {} }",
                "layer { name: \"fc\" linear { outputs: 10 bias: false } }",
                "weights { file: \"w\" name_map { from: \"w\" to: \"fc.weight\" } } }",
                "network { name: \"b\" layer { name: \"p\" conv { channels: 3 kernel: 2 stride: 2 } }",
                "layer { flatten {} } layer { linear { outputs: 10 } } }"))
            .experiment();
    assertThat(experiment.getNetwork(0).getLayer(0).getMaxPool().getStride()).isEqualTo(2);
    assertThat(experiment.getNetwork(0).getWidth()).isZero();
    assertThat(experiment.getNetwork(0).hasRecipe()).isFalse();
    assertThat(experiment.getNetwork(1).getLayer(0).getConv().getBias()).isTrue();
    assertThat(experiment.getNetwork(1).getLayer(2).getLinear().getBias()).isTrue();
    String text = TextFormat.printer().printToString(experiment);
    assertThat(read(List.of(text)).experiment()).isEqualTo(experiment);
  }

  @Test
  void file_examples_areGood() throws Exception {
    Path examples = Path.of("..", "..", "proto", "examples");
    assertThat(
            ExperimentFile.read(examples.resolve("quickstart.textproto"), List.of())
                .experiment()
                .getName())
        .isEqualTo("quickstart");
    assertThat(
            ExperimentFile.read(examples.resolve("networks.textproto"), List.of())
                .experiment()
                .getNetwork(2)
                .getLayerCount())
        .isEqualTo(13);
    assertThat(
            ExperimentFile.read(examples.resolve("baselines.textproto"), List.of())
                .experiment()
                .getNetwork(2)
                .getRepresentations()
                .getCutCount())
        .isEqualTo(5);
    Path cifar10 = cifar10(3073 * 40);
    Experiment small =
        ExperimentFile.read(
                examples.resolve("cifar10-small.textproto"),
                List.of("dataset.cifar10.directory=" + cifar10))
            .experiment();
    assertThat(small.getDataset().getCifar10().getDirectory()).isEqualTo(cifar10.toString());
  }

  @Test
  void only_someNetworks_isAsIfTheOthersWereNotThere() throws Exception {
    String head = "name: \"e\" dataset { synthetic {} } ";
    String networks =
        "network { name: \"%s\" architecture: \"ResNet18\" seed: 1 } "
            + "network { name: \"%s\" architecture: \"ResNet18\" seed: 2 } ";
    String c = "network { name: \"c\" architecture: \"ResNet18\" recipe { batch_size: 60000 } } ";
    assertThat(
            read(List.of(head + c + networks.formatted("a", "b") + "only: [\"a\", \"b\"]"))
                .experiment())
        .isEqualTo(read(List.of(head + networks.formatted("a", "b"))).experiment());
    String pairs = "pair { sender: \"a\" receiver: \"%s\" } ";
    assertThat(
            read(List.of(
                    head
                        + c
                        + networks.formatted("a", "b")
                        + pairs.formatted("b")
                        + pairs.formatted("c")
                        + "only: [\"a\", \"b\"]"))
                .experiment())
        .isEqualTo(
            read(List.of(head + networks.formatted("a", "b") + pairs.formatted("b"))).experiment());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          condition: TRAINED | condition[0]: 'TRAINED' is not a value of Condition; choose one of TRAINED_TRAINED,
          representation { dtype: FLOAT3 } | representation.dtype: 'FLOAT3' is not a value of ElementType; did you mean 'FLOAT32'? choose one of FLOAT32, FLOAT16
          representation { dtype: 7 } | representation.dtype: 7 is not a value of ElementType; choose one of FLOAT32, FLOAT16
          representation { dtype: ELEMENT_TYPE_UNSPECIFIED } | representation.dtype: ELEMENT_TYPE_UNSPECIFIED is not set; choose one of FLOAT32, FLOAT16
          metric: "acuracy" | metric[0]: there is no metric 'acuracy'; did you mean 'accuracy'? choose one of accuracy, mse, front, starts
          conditions: TRAINED_TRAINED | conditions: Experiment has no field 'conditions'; did you mean 'condition'? choose one of name,
          vanilla { recipe { epoch: 3 } } | vanilla.recipe.epoch: StitchRecipe has no field 'epoch'; did you mean 'epochs'?
          vanilla { recipe { epochs: -3 } } | vanilla.recipe.epochs: '-3' is not a whole number of 0 or more; choose a whole number from 0 to 100000
          vanilla { recipe { epochs: 100001 } } | vanilla.recipe.epochs: is 100001; choose a whole number from 0 to 100000
          vanilla { recipe { batch_size: 0 } } | vanilla.recipe.batch_size: is 0; choose a whole number from 1 to 65536
          vanilla { recipe { batch_size: 257 } } | vanilla.recipe.batch_size: is 257, but there are 256 examples to learn from; choose 1 to 256
          vanilla { recipe { learning_rate: 0 } } | vanilla.recipe.learning_rate: is 0.0; choose a number above 0
          vanilla { recipe { learning_rate: nan } } | vanilla.recipe.learning_rate: is NaN; choose a number above 0
          vanilla { recipe { learning_rate: inf } } | vanilla.recipe.learning_rate: is Infinity; choose a number above 0
          vanilla { recipe { learning_rate: "high" } } | vanilla.recipe.learning_rate: 'high' is not a number; choose a number above 0
          vanilla { recipe { momentum: 1 } } | vanilla.recipe.momentum: is 1.0; choose a number of at least 0 and below 1
          vanilla { recipe { weight_decay: -1e-3 } } | vanilla.recipe.weight_decay: is -0.001; choose a number of 0 or more
          stitch { family: "linear" } | stitch.family: there is no stitch family 'linear'; choose one of flattened, pointwise, strided, upsampled
          stitch { family: "strided" } | stitch.family: 'strided' does not fit a -> a, 'stem' [8, 32, 32] -> 'stem' [8, 32, 32]; choose pointwise, or other cuts; and 76 more such cells
          vanilla { objective: "tusk" } | vanilla.objective[0]: there is no objective 'tusk'; did you mean 'task'? choose one of task, copy
          rank { rank: 0 } | rank.rank[0]: is 0; choose a whole number from 1 to 65536
          rank { rank: [1, 65537] } | rank.rank[1]: is 65537; choose a whole number from 1 to 65536
          rank { rank: [1, 4, 2] } | rank.rank[2]: is 2 after 4; sort ranks ascending, each once
          rank { rank: [1, 4, 4] } | rank.rank[2]: is 4 after 4; sort ranks ascending, each once
          rank { recipe { batch_norm: true } } | rank.recipe.batch_norm: is true, but stitches of low rank start at the copy, which batch_norm does not; drop it
          rank { recipe { patience: 2 } } | rank.recipe.patience: needs images that nothing learns from
          copy { tolerance: 1 } | copy.tolerance: is 1.0; choose a number of at least 0 and below 1
          copy { solver: SGD solver: SGD } | copy.solver[1]: SGD is solver[0] too; drop one
          condition: [RANDOM_RANDOM, RANDOM_RANDOM] | condition[1]: RANDOM_RANDOM is condition[0] too; drop one
          seed: 3 seed: 3 | seed[1]: 3 is seed[0] too; drop one
          seed: 1.5 | seed[0]: '1.5' is not a whole number of 0 or more; choose a whole number from 0 to 18446744073709551615
          pair { sender: "a" receiver: "c" } | pair[0].receiver: there is no network 'c'; choose one of a, b
          pair { sender: "a" } | pair[0].receiver: is missing; write the name of a network
          pair { sender: a receiver: "b" } | pair[0].sender: 'a' is not text; write "a", in quotes
          pair { sender: "a" receiver: "b" } pair { sender: "a" receiver: "b" } | pair[1]: a -> b is pair[0] too; drop one
          network { name: "c" architecture: "ResNet34" width: 1024 } | network[2].width: is 1024, but layer: the network has 5442763786 numbers; 500000000 at most can be kept; choose less
          only: "c" | only[0]: there is no network 'c'; choose one of a, b
          only: "a" only: "a" | only[1]: a is only[0] too; drop one
          only: "a" pair { sender: "a" receiver: "b" } | only: leaves no pair; add the other network of a pair, or drop 'pair' for all pairs
          cut: "layer5.0" | cut[0]: no network has a cut 'layer5.0'; choose one of stem, layer1.0, layer2.0, layer2.1, layer3.0, layer4.0
          cut: "stern" | cut[0]: no network has a cut 'stern'; did you mean 'stem'? choose one of stem, layer1.0
          cut: "" | cut[0]: no network has a cut ''; choose one of stem, layer1.0
          cut: "layer2.1" | cut: network 'a' has none of these cuts; add one of stem, layer1.0, layer2.0, layer3.0, layer4.0
          cut: "stem" cut: "stem" | cut[1]: stem is cut[0] too; drop one
          network { name: "c" architecture: "ResNet18" cut: "layer9.0" } | network[2].cut[0]: the network has no cut 'layer9.0'; choose one of stem, layer1.0
          network { name: "c" architecture: "ResNet18" cut: ["stem", "stem"] } | network[2].cut[1]: stem is cut[0] too; drop one
          name: "again" | name: is given a second time, first in line 1; drop one
          network { name: "a" architecture: "ResNet18" } | network[2].name: 'a' is the name of network[0] too; rename one
          network { name: "c" architecture: "VGG" } | network[2].architecture: 'VGG' is not an architecture; choose ResNet18, ResNet34 or ResNet(a,b,c,d) with a, b, c and d from 1 to 64
          network { name: "c" architecture: "ResNet(1,1,1,65)" } | network[2].architecture: 'ResNet(1,1,1,65)' is not an architecture; choose
          network { name: "c" } | network[2].architecture: is missing; choose
          network { name: "c/d" architecture: "ResNet18" } | network[2].name: 'c/d' has the character '/'; use letters, digits, '.', '_' and '-' only
          network { name: ".." architecture: "ResNet18" } | network[2].name: '..' begins with '.'; begin it with a letter, a digit or '_'
          network { architecture: "ResNet18" } | network[2].name: is missing; give a name
          network { name: "c" architecture: "ResNet18" width: 2000 } | network[2].width: is 2000; choose a whole number from 1 to 1024
          network { name: "c" architecture: "ResNet18" width: 0 } | network[2].width: is 0; choose a whole number from 1 to 1024
          network { name: "c" architecture: "ResNet18" recipe { translate: 17 } } | network[2].recipe.translate: is 17; choose a whole number from 0 to 16
          network { name: "c" architecture: "ResNet18" recipe { cutout: 33 } } | network[2].recipe.cutout: is 33; choose a whole number from 0 to 32
          network { name: "c" architecture: "ResNet18" recipe { warmup: 1 } } | network[2].recipe.warmup: is 1.0; choose a number of at least 0 and below 1
          network { name: "c" architecture: "ResNet18" recipe { flip: maybe } } | network[2].recipe.flip: 'maybe' is neither true nor false; choose one of them
          vanilla { recipe { patience: 2 } } | vanilla.recipe.patience: needs images that nothing learns from; set some apart: dataset { split { validation { fraction: 0.1 } } }
          network { name: "c" architecture: "ResNet18" recipe { patience: 2 } } | network[2].recipe.patience: needs images
          copy { recipe { patience: 2 } } | copy.recipe.patience: is for vanilla stitches; drop it
          representation { examples: 300 } | representation.examples: is 300, but the data set has 256 train examples; choose 0 to 256, 0 for all
          representation { examples: 10 } | representation.examples: stitches and networks learn from 10 examples, fewer than the default batch of 16; set vanilla.recipe.batch_size
          """)
  void line_wrong_isReportedWithItsPlaceAndField(String line, String problem) throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.add(line);
    List<String> problems = problems(lines);
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0)).matches("e\\.textproto:5:\\d+: .*").contains(": " + problem);
  }

  @Test
  void file_wrongInManyWays_reportsAllProblemsInOrder() throws IOException {
    List<String> problems =
        problems(
            List.of(
                "naem: \"e\"",
                "network {",
                "  name: \"a\" architecture: \"ResNet(1,1)\"",
                "  recipe { learning_rate: fast",
                "           momentum: 2 }",
                "}",
                "condition: [TRAINED_TRAINED, RANDOM]",
                "pair { sender: \"x\" receiver: \"a\" }"));
    assertThat(problems)
        .satisfiesExactly(
            p ->
                assertThat(p)
                    .startsWith(
                        "e.textproto:1:1: naem: Experiment has no field 'naem'; did you mean 'name'?"),
            p -> assertThat(p).startsWith("e.textproto:1:1: name: is missing; "),
            p -> assertThat(p).startsWith("e.textproto:1:1: dataset: is missing; "),
            p ->
                assertThat(p)
                    .startsWith(
                        "e.textproto:3:13: network[0].architecture: 'ResNet(1,1)' is not an architecture; "),
            p ->
                assertThat(p)
                    .startsWith(
                        "e.textproto:4:27: network[0].recipe.learning_rate: 'fast' is not a number; "),
            p -> assertThat(p).startsWith("e.textproto:5:12: network[0].recipe.momentum: is 2.0; "),
            p ->
                assertThat(p)
                    .startsWith(
                        "e.textproto:7:30: condition[1]: 'RANDOM' is not a value of Condition; "),
            p ->
                assertThat(p)
                    .startsWith("e.textproto:8:8: pair[0].sender: there is no network 'x'; "));
  }

  @Test
  void file_bracketMissing_isReportedWithItsPlace() throws IOException {
    assertThat(problems(List.of("name: \"e\"", "dataset { synthetic { ", "network ]")))
        .singleElement()
        .asString()
        .startsWith("e.textproto:3:9: cannot be read as protobuf text format: Expected \"{\"");
  }

  @Test
  void file_empty_lacksNameDatasetAndNetworks() throws IOException {
    assertThat(problems(List.of("")))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("e.textproto:1:1: name: is missing; "),
            p -> assertThat(p).startsWith("e.textproto:1:1: network: is missing; "),
            p -> assertThat(p).startsWith("e.textproto:1:1: dataset: is missing; "));
  }

  @Test
  void file_absentOrDirectoryOrBinary_isReported() throws IOException {
    assertThat(problemsOf(directory.resolve("none")))
        .containsExactly(directory.resolve("none") + ": does not exist; check the name");
    assertThat(problemsOf(directory))
        .containsExactly(directory + ": is a directory; name the experiment file in it");
    Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(problemsOf(binary))
        .containsExactly(binary + ": is not UTF-8 text; check the name, or save it as UTF-8");
  }

  @Test
  void dataset_twoKinds_isReported() throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { cifar10 { directory: \"d\" } synthetic { } }");
    assertThat(problems(lines))
        .containsExactly("e.textproto:2:38: dataset.synthetic: is given beside cifar10; drop one");
  }

  @Test
  void cifar10_filesMissingOrCut_isReported() throws IOException {
    Path cifar10 = cifar10(3073 * 100);
    Files.delete(cifar10.resolve("data_batch_3.bin"));
    Files.write(cifar10.resolve("test_batch.bin"), new byte[3000]);
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { cifar10 { directory: \"cifar\" } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:21: dataset.cifar10.directory: "
                + cifar10
                + " has no readable data_batch_3.bin; unpack the binary version of CIFAR-10 there, or name another directory",
            "e.textproto:2:21: dataset.cifar10.directory: "
                + cifar10.resolve("test_batch.bin")
                + " has 3000 bytes, which is not a whole number of records of 3073; copy or unpack it again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          validation { } | dataset.split.validation: is empty; write examples: N or fraction: F
          validation { examples: 0 } | dataset.split.validation.examples: is 0; choose a whole number from 1 to 2147483647
          validation { fraction: 0.001 } | dataset.split.validation: comes to no image of 256; make it larger
          validation { fraction: 1.5 } | dataset.split.validation.fraction: is 1.5; choose a number above 0 and at most 1
          validation { fraction: 1 } | dataset.split: wants some train, 256 validation and 0 test images, but there are 256 train images in all; make one smaller
          validation { examples: 57 } train { examples: 200 } | dataset.split: wants 200 train, 57 validation and 0 test images, but there are 256
          test { examples: 10 } | dataset.split.test: is set apart, but the data set has a test split; drop this
          train { examples: 60 } | representation.examples: stitches and networks learn from 60 examples, fewer than the default batch of 64; set
          """)
  void split_wrong_isReportedWithItsField(String split, String problem) throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { synthetic { train_examples: 256 } split { " + split + " } }");
    assertThat(problems(lines)).anySatisfy(told -> assertThat(told).contains(": " + problem));
  }

  @Test
  void split_good_hasASeed() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(
        1, "dataset { synthetic { train_examples: 256 } split { validation { fraction: 0.25 } } }");
    assertThat(read(lines).experiment().getDataset().getSplit().getSeed()).isEqualTo(1);
  }

  @Test
  void cifar_withoutDirectory_isToBeDownloaded() throws Exception {
    for (String dataset : List.of("cifar10 { }", "cifar100 { coarse: true }")) {
      List<String> lines = new ArrayList<>(GOOD);
      lines.set(1, "dataset { " + dataset + " }");
      assertThat(read(lines).experiment().getDataset().hasSplit()).isFalse();
    }
  }

  @Test
  void cifar_urlBesideDirectoryOrNotHttp_isReported() throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    cifar10(3073 * 100);
    lines.set(1, "dataset { cifar10 { directory: \"cifar\" url: \"https://a/b\" } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:40: dataset.cifar10.url: is given beside directory, so nothing is"
                + " downloaded; drop one");
    lines.set(1, "dataset { cifar100 { url: \"ftp://a/b\" } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:22: dataset.cifar100.url: 'ftp://a/b' is not a http:// or https:// address"
                + " of a file; write one");
  }

  @Test
  void dataset_unknownFields_areReportedWithTheKnownFields() throws IOException {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(
        1, "dataset { cifar100 { fine: true } split { validation { fraction: 0.5 number: 3 } } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:22: dataset.cifar100.fine: Cifar100 has no field 'fine'; choose one of"
                + " directory, coarse, url",
            "e.textproto:2:70: dataset.split.validation.number: Portion has no field 'number';"
                + " choose one of examples, fraction");
  }

  @Test
  void cifar100_filesMissingOrCut_isReported() throws IOException {
    Path cifar100 = Files.createDirectories(directory.resolve("cifar"));
    Files.write(cifar100.resolve("train.bin"), new byte[3073]);
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { cifar100 { directory: \"cifar\" } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:22: dataset.cifar100.directory: "
                + cifar100
                + " has no readable test.bin; unpack the binary version of CIFAR-100 there, or name"
                + " another directory",
            "e.textproto:2:22: dataset.cifar100.directory: "
                + cifar100.resolve("train.bin")
                + " has 3073 bytes, which is not a whole number of records of 3074; copy or unpack it"
                + " again");
  }

  @Test
  void imageFolder_wrong_isReported() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { image_folder { } }");
    assertThat(problems(lines))
        .singleElement()
        .asString()
        .endsWith("dataset.image_folder.directory: is missing; write where the folder train is");
    lines.set(1, "dataset { image_folder { directory: \"images\" size: 257 } }");
    assertThat(problems(lines))
        .anySatisfy(
            told ->
                assertThat(told)
                    .endsWith(
                        "dataset.image_folder.size: is 257; choose a whole number from 4 to 256"));
    lines.set(1, "dataset { image_folder { directory: \"images\" } }");
    Path train = directory.resolve("images/train");
    assertThat(problems(lines))
        .singleElement()
        .asString()
        .endsWith(train + " is not a folder; put images there as train/<class>/<name>.jpg");
    Files.createDirectories(train.resolve("a"));
    assertThat(problems(lines))
        .hasSize(2)
        .anySatisfy(told -> assertThat(told).contains(train + " has 1 folder; there must be 2 to"))
        .anySatisfy(told -> assertThat(told).contains(train.resolve("a") + " has no images"));
    images("images/train", 100);
    assertThat(problems(lines))
        .singleElement()
        .asString()
        .contains("has no test split; add one, or set a part of the train split apart");
    lines.set(
        1, "dataset { image_folder { directory: \"images\" } split { test { fraction: 0.2 } } }");
    assertThat(read(lines).experiment().getDataset().getSplit().hasTest()).isTrue();
  }

  @Test
  void extension_unknown_isReported() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { extension { name: \"cifar10\" } }");
    assertThat(problems(lines)).singleElement().asString().contains("named 'cifar10'; write grey");
    lines.set(1, "dataset { extension { name: \"dots\" } }");
    assertThat(problems(lines))
        .singleElement()
        .asString()
        .startsWith("e.textproto:2:23: dataset.extension.name: no kind of data set on the")
        .contains("write grey")
        .contains("grey");
  }

  @Test
  void extension_shapeThatNetworksDoNotTake_isReportedWithBothShapes() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { extension { name: \"grey\" } }");
    assertThat(problems(lines))
        .containsExactly(
            "e.textproto:2:11: dataset.extension: has examples of shape [4, 1, 28, 28], but"
                + " networks take [channels, height, width], [tokens, features] or [features];"
                + " choose another data set");
  }

  @Test
  void extension_ofSmallerImages_limitsTheAugmentationByTheirSize() throws Exception {
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { extension { name: \"grey\" parameter { name: \"coloured\" } } }");
    lines.add(
        "network { name: \"c\" architecture: \"ResNet18\" recipe { translate: 13 cutout: 25 } }");
    assertThat(problems(lines))
        .hasSize(2)
        .anyMatch(
            text -> text.endsWith(".recipe.translate: is 13; choose a whole number from 0 to 12"))
        .anyMatch(
            text -> text.endsWith(".recipe.cutout: is 25; choose a whole number from 0 to 24"));
  }

  private void images(String split, int each) throws IOException {
    for (String name : List.of("a", "b")) {
      Path folder = Files.createDirectories(directory.resolve(split).resolve(name));
      for (int i = 0; i < each; i++) {
        Files.write(folder.resolve(i + ".png"), new byte[] {(byte) i});
      }
    }
  }

  @Test
  void cifar10_pathInFile_isRelativeToTheFile() throws Exception {
    cifar10(3073 * 100);
    List<String> lines = new ArrayList<>(GOOD);
    lines.set(1, "dataset { cifar10 { directory: \"cifar\" } }");
    ValidExperiment valid = read(lines);
    assertThat(valid.base().resolve(valid.experiment().getDataset().getCifar10().getDirectory()))
        .isDirectory();
    lines.set(1, "dataset { cifar10 { directory: \"nowhere\" } }");
    assertThat(problems(lines))
        .singleElement()
        .asString()
        .contains(directory.resolve("nowhere") + " does not exist; ");
  }

  private Path cifar10(int bytes) throws IOException {
    Path cifar10 = Files.createDirectories(directory.resolve("cifar"));
    for (String name :
        List.of(
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
            "test_batch")) {
      Files.write(cifar10.resolve(name + ".bin"), new byte[bytes]);
    }
    return cifar10;
  }

  private ValidExperiment read(List<String> lines) throws Exception {
    Path file = directory.resolve("e.textproto");
    Files.write(file, lines, StandardCharsets.UTF_8);
    return ExperimentFile.read(file, List.of());
  }

  /** With the directory of the file left out. */
  private List<String> problems(List<String> lines) throws IOException {
    Path file = directory.resolve("e.textproto");
    Files.write(file, lines, StandardCharsets.UTF_8);
    return problemsOf(file).stream()
        .map(problem -> problem.replace(file.toString(), "e.textproto"))
        .toList();
  }

  private static List<String> problemsOf(Path file) {
    InvalidExperimentException thrown =
        catchThrowableOfType(
            InvalidExperimentException.class, () -> ExperimentFile.read(file, List.of()));
    assertThat(thrown).isNotNull();
    return thrown.problems();
  }
}
