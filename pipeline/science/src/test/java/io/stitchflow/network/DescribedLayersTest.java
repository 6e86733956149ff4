package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.network.layer.LayerProblem;
import io.stitchflow.network.layer.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DescribedLayersTest {
  @Test
  void sizes_variedLayers_areThoseOfTheirFormulas() {
    assertThat(Layers.described(Layers.VARIED).cuts())
        .containsExactly(
            new CutPoint("first", List.of(6, 32, 32)), // (32 + 4 - 5) / 1 + 1
            new CutPoint("pool", List.of(6, 16, 16)), // (32 + 2 - 3) / 2 + 1
            new CutPoint("bare", List.of(5, 16, 16)),
            new CutPoint("norm", List.of(5, 16, 16)),
            new CutPoint("block", List.of(7, 8, 8)),
            new CutPoint("mean", List.of(7, 4, 4)),
            new CutPoint("flat", List.of(112)),
            new CutPoint("hidden", List.of(9)));
  }

  @Test
  void names_variedLayers_areTheirOwnOrTheirPlaces() {
    assertThat(Layers.described(Layers.VARIED).tensors())
        .extracting(Tensor::name)
        .filteredOn(name -> !name.contains("running"))
        .containsExactly(
            "0.weight",
            "0.bias",
            "1.weight",
            "1.bias",
            "bare.weight",
            "norm.weight",
            "norm.bias",
            "block.conv1.weight",
            "block.bn1.weight",
            "block.bn1.bias",
            "block.shortcut.0.weight",
            "block.shortcut.0.bias",
            "block.shortcut.1.weight",
            "block.shortcut.1.bias",
            "block.0.weight",
            "block.0.bias",
            "hidden.fc.weight",
            "hidden.1.weight",
            "hidden.1.bias",
            "head.weight",
            "head.bias");
  }

  @Test
  void counts_variedLayers_areThoseByHand() {
    Architecture varied = Layers.described(Layers.VARIED);
    long convolutions = 3 * 6 * 25 + 6 + 6 * 5 + 5 * 7 * 9 + 5 * 7 + 7 + 7 * 7 * 9 + 7;
    long normalisations = 2 * (6 + 5 + 7 + 7 + 9);
    long linears = 112 * 9 + 9 * 10 + 10;
    assertThat(varied.parameterCount()).isEqualTo(convolutions + normalisations + linears);
    long head = 9 * 10;
    long hidden = 112 * 9;
    long block = 5 * 7 * 9 * 64 + 5 * 7 * 64 + 7 * 7 * 9 * 64;
    assertThat(varied.macs()).isEqualTo(3 * 6 * 25 * 1024 + 6 * 5 * 256 + block + hidden + head);
    assertThat(varied.macsAfter(varied.cut("norm"))).isEqualTo(block + hidden + head);
    assertThat(varied.macsAfter(varied.cut("flat"))).isEqualTo(hidden + head);
  }

  @Test
  void described_aResnetByHand_isTheResnet() {
    Architecture byHand = Layers.described(Layers.RESNET_2111_8);
    Architecture resnet = Architecture.parse("ResNet(2,1,1,1)", 8, ClassificationTask.CIFAR10);
    assertThat(byHand.sections()).isEqualTo(resnet.sections());
    assertThat(byHand.cuts()).isEqualTo(resnet.cuts());
    assertThat(byHand).isNotEqualTo(resnet);
  }

  @Test
  void text_ofADescriptionForSmallImages_isReadBackWithTheirShape() throws Exception {
    ClassificationTask small = new ClassificationTask(List.of(3, 16, 16), 10);
    Architecture varied = Architecture.described(Layers.layers(Layers.VARIED), small);
    assertThat(varied.cut("flat").shape()).containsExactly(28);
    assertThat(Architecture.ofText(varied.text(), small.statedShape())).isEqualTo(varied);
  }

  @Test
  void text_ofADescription_isReadBackAsTheSame() throws Exception {
    Architecture varied = Layers.described(Layers.VARIED);
    assertThat(Architecture.ofText(varied.text(), List.of())).isEqualTo(varied);
    // In files, so under a key: another printer must not change it
    assertThat(
            Layers.described(
                    "layer { name: \"a\" global_avg_pool {} } layer { linear { outputs: 10 bias: true } }")
                .text())
        .isEqualTo(
            "layer { name: \"a\" global_avg_pool { } } layer { linear { outputs: 10 bias: true } }");
  }

  @Test
  void name_ofADescription_distinguishesItFromOthers() {
    String varied = Layers.described(Layers.VARIED).name();
    assertThat(varied).matches("Described\\([0-9a-f]{8}\\)");
    assertThat(Layers.described(Layers.VARIED.replace("outputs: 9", "outputs: 8")).name())
        .isNotEqualTo(varied);
  }

  @Test
  void complaints_manyMistakes_areAllThere() {
    assertThat(
            complaints(
                """
                layer { name: "a" conv { kernel: 3 stride: 1 } }
                layer { name: "a" }
                layer { conv { channels: 4 kernel: 99 stride: 1 } }
                layer { linear { outputs: 4294967295 } }
                layer { max_pool { kernel: 3 stride: 3 padding: 2 } }
                layer { name: "r" residual {} }
                layer { name: "s" sequence {} }
                """))
        .containsExactly(
            "layer[0].conv.channels: is missing or 0; choose a whole number from 1 to 65536",
            "layer[1].name: 'a' is another layer's too; rename one",
            "layer[1]: is not a layer; choose conv, batch_norm, layer_norm, group_norm, relu, gelu,"
                + " silu, sigmoid, scale, attention, max_pool, avg_pool, global_avg_pool, flatten,"
                + " linear, residual, concat or sequence",
            "layer[2].conv.kernel[0]: is 99; choose a whole number from 1 to 64",
            "layer[3].linear.outputs: is 4294967295; choose a whole number from 1 to 65536",
            "layer[4].max_pool.padding: is 2; choose a whole number from 0 to 1",
            "layer[5].residual: has no body; add one",
            "layer[6].sequence: has no layer; add one, or drop it");
  }

  @Test
  void complaints_sizesThatDoNotFit_sayWhichAndWhat() {
    assertThat(
            complaints(
                "layer { name: \"a\" conv { channels: 4 kernel: 40 stride: 1 padding: 3 } }"))
        .containsExactly(
            "layer[0]: its kernel of 40 does not fit the map [3, 32, 32] with padding 3; choose a"
                + " kernel of 1 to 38",
            "layer[0]: no layer before the last has a name, so there is no cut; name one");
    assertThat(complaints("layer { name: \"a\" relu {} } layer { linear { outputs: 10 } }"))
        .containsExactly(
            "layer[1]: a linear layer takes a vector, but is given the map [3, 32, 32]; put flatten"
                + " {} or global_avg_pool {} before it");
    assertThat(
            complaints(
                "layer { name: \"a\" flatten {} } layer { conv { channels: 1 kernel: 1 stride: 1 } }"))
        .containsExactly(
            "layer[1]: a convolution takes a map, but is given the vector [3072]; put it before"
                + " flatten");
    assertThat(
            complaints(
                "layer { name: \"a\" flatten {} } layer { name: \"b\" linear { outputs: 9 } }"))
        .containsExactly(
            "layer[1]: gives [9], but the last layer gives logits of 10 classes; end with linear {"
                + " outputs: 10 }");
  }

  @Test
  void sizes_convolutionsOfAllArguments_areThoseOfTheirFormulas() {
    Architecture described =
        Layers.described(
            """
            layer { name: "tall" conv { channels: 8 kernel: [5, 3] stride: [2, 1] padding: [0, 4] } }
            layer { name: "dilated" conv { channels: 8 kernel: 3 stride: 1 padding: 2 dilation: [2, 3] groups: 4 bias: true } }
            layer { name: "depthwise" conv { channels: 16 kernel: [1, 7] stride: 1 groups: 8 } }
            layer { flatten {} }
            layer { linear { outputs: 10 } }
            """);
    assertThat(described.cuts())
        .containsExactly(
            new CutPoint("tall", List.of(8, 14, 38)), // (32 - 5) / 2 + 1, 32 + 8 - 3 + 1
            new CutPoint("dilated", List.of(8, 14, 36)), // 14 + 4 - 5 + 1, 38 + 4 - 7 + 1
            new CutPoint("depthwise", List.of(16, 14, 30)));
    assertThat(described.tensors().subList(0, 4))
        .extracting(Tensor::shape)
        .containsExactly(
            List.of(8, 3, 5, 3), List.of(8, 2, 3, 3), List.of(8), List.of(16, 1, 1, 7));
    long last = 16 * 14 * 30 * 10;
    assertThat(described.macsAfter(described.cut("depthwise"))).isEqualTo(last);
    assertThat(described.macsAfter(described.cut("dilated")))
        .isEqualTo(last + 16 * 1 * 7 * 14 * 30);
    assertThat(described.macsAfter(described.cut("tall")))
        .isEqualTo(last + 16 * 1 * 7 * 14 * 30 + 8 * 2 * 9 * 14 * 36);
  }

  @Test
  void random_groupedConvolutions_haveKaimingsDeviationOfAGroup() {
    List<Tensor> tensors =
        Layers.described(
                """
                layer { name: "x" conv { channels: 12 kernel: [3, 1] stride: 1 groups: 3 } }
                layer { flatten {} }
                layer { linear { outputs: 10 } }
                """)
            .tensors();
    double number = new Random(1).nextGaussian();
    assertThat(tensors.get(0).initial(new Random(1)))
        .isEqualTo(number * Math.sqrt(2. / (12 / 3 * 3)));
  }

  @Test
  void complaints_convolutionsOfAllArguments_sayWhichAndWhat() {
    assertThat(
            complaints(
                """
                layer { name: "a" conv { channels: 8 kernel: [3, 0] stride: 1 padding: [1, 33] dilation: 65 } }
                layer { name: "b" conv { channels: 8 kernel: [3, 3, 3] stride: 1 } }
                """))
        .contains(
            "layer[0].conv.kernel[1]: is 0; choose a whole number from 1 to 64",
            "layer[0].conv.padding[1]: is 33; choose a whole number from 0 to 32",
            "layer[0].conv.dilation[0]: is 65; choose a whole number from 1 to 64",
            "layer[1].conv.kernel: has 3 numbers; give height and width, or one for both");
    assertThat(
            complaints(
                "layer { name: \"a\" conv { channels: 8 kernel: [5, 40] stride: 1 padding: [0, 3] dilation: [8, 1] } }"))
        .contains(
            "layer[0]: its kernel of 5x40 does not fit the map [3, 32, 32] with padding 0x3 and"
                + " dilation 8x1; choose a kernel of at most 4x38");
    assertThat(
            complaints("layer { name: \"a\" conv { channels: 8 kernel: 3 stride: 1 groups: 3 } }"))
        .contains(
            "layer[0].conv.groups: is 3, but must divide the 3 channels that the convolution is"
                + " given and the 8 that it makes; choose 1");
    assertThat(
            complaints("layer { name: \"a\" conv { channels: 6 kernel: 3 stride: 1 groups: 2 } }"))
        .contains(
            "layer[0].conv.groups: is 2, but must divide the 3 channels that the convolution is"
                + " given and the 6 that it makes; choose 3 or a divisor of it");
  }

  @Test
  void names_modernLayers_areThoseOfPytorch() {
    assertThat(Layers.described(Layers.MODERN).tensors())
        .extracting(Tensor::name)
        .filteredOn(name -> !name.contains("running"))
        .containsExactly(
            "stem.weight",
            "stem.bias",
            "norm.weight",
            "norm.bias",
            "block.dwconv.weight",
            "block.dwconv.bias",
            "block.norm.weight",
            "block.norm.bias",
            "block.pwconv1.weight",
            "block.pwconv1.bias",
            "block.pwconv2.weight",
            "block.pwconv2.bias",
            "block.ls.gamma",
            "grouped.weight",
            "grouped.bias",
            "dilated.weight",
            "attention.norm.weight",
            "attention.norm.bias",
            "attention.attn.in_proj_weight",
            "attention.attn.in_proj_bias",
            "attention.attn.out_proj.weight",
            "attention.attn.out_proj.bias",
            "concat.0.0.weight",
            "concat.0.1.weight",
            "concat.0.1.bias",
            "concat.wide.weight",
            "concat.wide.bias",
            "joined.weight",
            "scale.gamma",
            "vector.weight",
            "vector.bias",
            "hidden.1.0.weight",
            "hidden.1.0.bias",
            "hidden.1.weight",
            "hidden.1.bias",
            "hidden.2.gamma",
            "head.weight",
            "head.bias");
    assertThat(Layers.described(Layers.MODERN).cut("concat").shape()).containsExactly(24, 8, 8);
  }

  @Test
  void attention_ofAMap_startsAsPytorchDoesAndCountsAllItsProducts() {
    Architecture described =
        Layers.described(
            """
            layer { name: "x" conv { channels: 6 kernel: 8 stride: 8 } }
            layer { name: "attn" attention { heads: 2 } }
            layer { global_avg_pool {} }
            layer { linear { outputs: 10 } }
            """);
    List<Tensor> arrays = described.tensors().subList(1, 5);
    double number = 2 * new Random(1).nextDouble() - 1;
    assertThat(arrays.get(0).initial(new Random(1))).isEqualTo(number * Math.sqrt(6. / (18 + 6)));
    assertThat(arrays.get(2).initial(new Random(1))).isEqualTo(number * (1 / Math.sqrt(6)));
    assertThat(arrays.stream().map(Tensor::isDecayed)).containsExactly(true, false, true, false);
    // 16 positions: projections of 6 to 18 and 6 to 6; scores and means over 16 positions
    assertThat(described.macsAfter(described.cut("x")))
        .isEqualTo(16 * 6 * 18 + 16 * 6 * 6 + 2 * 16 * 16 * 6 + 6 * 10);
  }

  @Test
  void random_scale_isItsInitialNumberAndNotDecayed() {
    Tensor scale =
        Layers.described(Layers.MODERN).tensors().stream()
            .filter(tensor -> tensor.name().equals("block.ls.gamma"))
            .findFirst()
            .orElseThrow();
    assertThat(scale.initial(new Random(1))).isEqualTo(0.5);
    assertThat(scale.isTrained()).isTrue();
    assertThat(scale.isDecayed()).isFalse();
  }

  @Test
  void complaints_groupsAndBranches_sayWhichAndWhat() {
    assertThat(complaints("layer { name: \"a\" group_norm { groups: 2 } }"))
        .contains(
            "layer[0].group_norm.groups: is 2, but must divide the 3 channels; choose a divisor of"
                + " 3");
    assertThat(complaints("layer { name: \"a\" attention { heads: 2 } }"))
        .contains(
            "layer[0].attention.heads: is 2, but must divide the 3 channels; choose a divisor of 3");
    assertThat(
            complaints(
                "layer { name: \"a\" conv { channels: 8 kernel: 1 stride: 1 } } layer { attention { heads: 8 } }"))
        .contains(
            "layer[1]: gives 8388608 attention weights to an image of 1024 positions; choose fewer"
                + " heads or a smaller map, for 4194304 at most");
    assertThat(complaints("layer { name: \"a\" group_norm {} }"))
        .contains(
            "layer[0].group_norm.groups: is missing or 0; choose a whole number from 1 to 65536");
    assertThat(complaints("layer { name: \"a\" concat { branch {} } }"))
        .contains("layer[0].concat: has fewer than 2 branches; add some, or use sequence");
    assertThat(
            complaints(
                "layer { name: \"a\" concat { branch {} branch { layer { max_pool { kernel: 2 stride: 2 } } } } }"))
        .contains(
            "layer[0].concat.branch[1]: gives [3, 16, 16], branch[0] [3, 32, 32]; give both the"
                + " same height and width");
    assertThat(
            complaints(
                "layer { name: \"a\" concat { branch {} branch { layer { relu {} } layer { conv { kernel: 2 stride: 2 } } } } }"))
        .contains(
            "layer[0].concat.branch[1].layer[1].conv.channels: is missing or 0; choose a whole"
                + " number from 1 to 65536");
  }

  @Test
  void complaints_aResidualThatChangesTheMap_needsAShortcut() {
    String body = "body { conv { channels: 4 kernel: 3 stride: 2 padding: 1 } }";
    assertThat(complaints("layer { name: \"a\" residual { " + body + " } } layer { relu {} }"))
        .contains(
            "layer[0].residual: the body gives [4, 16, 16], the shortcut [3, 32, 32]; give both the"
                + " same channels and strides, a shortcut of a 1x1 convolution for example");
  }

  @Test
  void complaints_twoArraysOfOneName_areReported() {
    String conv = "conv { channels: 3 kernel: 1 stride: 1 }";
    assertThat(
            complaints(
                "layer { sequence { layer { "
                    + conv
                    + " } } } layer { sequence { layer { "
                    + conv
                    + " } } } layer { name: \"b\" flatten {} } layer { linear { outputs: 10 } }"))
        .containsExactly(
            "layer[1].sequence.layer[0]: its array '0.weight' has the name of another's; rename the"
                + " layer");
  }

  @Test
  void complaints_mapsTooLarge_areReported() {
    String growing = "layer { name: \"%s\" conv { channels: 65536 kernel: 1 stride: 1 } }";
    assertThat(complaints(growing.formatted("a") + "layer { relu {} }"))
        .contains(
            "layer[0]: gives [65536, 32, 32], 67108864 numbers an image; make it 4194304 at most");
  }

  @Test
  void described_withMistakes_isRefusedWithAll() {
    assertThatThrownBy(() -> Layers.described("layer { name: \"a\" relu {} } layer { }"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer[1]: is not a layer");
    assertThatThrownBy(() -> Architecture.described(List.of(), ClassificationTask.CIFAR10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs layers");
  }

  private static List<String> complaints(String text) {
    return Architecture.complaints(Layers.layers(text), ClassificationTask.CIFAR10).stream()
        .map(LayerProblem::toString)
        .toList();
  }
}
