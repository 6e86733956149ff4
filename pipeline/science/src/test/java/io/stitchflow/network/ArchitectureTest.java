package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.network.layer.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
  @Test
  void classes_ofHundred_addToTheLinearLayerAlone() {
    // 90 more outputs, each of 512 weights and a bias
    Architecture ten = Architecture.parse("ResNet18", 64, ClassificationTask.CIFAR10);
    Architecture hundred =
        Architecture.parse(
            "ResNet18", 64, new ClassificationTask(ClassificationTask.CIFAR10.shape(), 100));
    assertThat(hundred.parameterCount()).isEqualTo(ten.parameterCount() + 90 * 513);
    assertThat(hundred.macs()).isEqualTo(ten.macs() + 90 * 512);
    assertThat(hundred.cuts()).isEqualTo(ten.cuts());
  }

  @Test
  void classes_thatNoLabelHolds_areRefused() {
    assertThatThrownBy(
            () ->
                Architecture.parse(
                    "ResNet18",
                    64,
                    new ClassificationTask(ClassificationTask.CIFAR10.shape(), 65_537)))
        .hasMessageContaining("classes must be from 1 to 65536, but was: 65537");
  }

  @Test
  void counts_resnet18And34_areThePapers() {
    Architecture resnet18 = Architecture.parse("ResNet18", 64, ClassificationTask.CIFAR10);
    assertThat(resnet18.parameterCount()).isEqualTo(11_173_962);
    assertThat(resnet18.macs()).isEqualTo(555_422_720);
    Architecture resnet34 = Architecture.parse("ResNet34", 64, ClassificationTask.CIFAR10);
    assertThat(resnet34.parameterCount()).isEqualTo(21_282_122);
    assertThat(resnet34.macs()).isEqualTo(1_159_402_496);
  }

  @Test
  void counts_plain_areTheResnetsWithoutShortcuts() {
    Architecture plain = Architecture.parse("PlainNet18", 64, ClassificationTask.CIFAR10);
    // Three 1x1 convolutions, each with a normalisation
    long shortcuts = 64 * 128 + 128 * 256 + 256 * 512;
    assertThat(plain.parameterCount()).isEqualTo(11_173_962 - shortcuts - 2 * (128 + 256 + 512));
    assertThat(plain.macs())
        .isEqualTo(555_422_720 - 64 * 128 * 256 - 128 * 256 * 64 - 256 * 512 * 16);
    assertThat(plain.name()).isEqualTo("PlainNet(2,2,2,2)");
    assertThat(plain.cuts())
        .isEqualTo(Architecture.parse("ResNet18", 64, ClassificationTask.CIFAR10).cuts());
    assertThat(plain.tensors())
        .extracting(Tensor::name)
        .contains("layer2.0.conv1.weight", "layer2.0.bn2.bias")
        .noneMatch(name -> name.contains("downsample"));
  }

  @Test
  void cuts_resnet18_areStemAndEachBlock() {
    assertThat(Architecture.parse("ResNet18", 64, ClassificationTask.CIFAR10).cuts())
        .hasSize(9)
        .startsWith(
            new CutPoint("stem", List.of(64, 32, 32)),
            new CutPoint("layer1.0", List.of(64, 32, 32)))
        .contains(new CutPoint("layer2.1", List.of(128, 16, 16)))
        .endsWith(new CutPoint("layer4.1", List.of(512, 4, 4)));
    assertThat(Architecture.parse("ResNet34", 64, ClassificationTask.CIFAR10).cuts()).hasSize(17);
  }

  @Test
  void macsAfter_deeperCuts_shrinkToTheHead() {
    Architecture small = Architecture.parse("ResNet(1,1,1,1)", 16, ClassificationTask.CIFAR10);
    List<CutPoint> cuts = small.cuts();
    assertThat(small.macsAfter(cuts.get(0))).isEqualTo(small.macs() - 27L * 16 * 32 * 32);
    assertThat(small.macsAfter(cuts.get(4))).isEqualTo(128 * 10);
    assertThat(cuts.stream().map(small::macsAfter).toList())
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  @Test
  void tensors_smallest_haveTorchvisionsNames() {
    assertThat(Architecture.parse("ResNet(1,1,1,1)", 8, ClassificationTask.CIFAR10).tensors())
        .extracting(Tensor::name)
        .contains(
            "conv1.weight",
            "bn1.running_mean",
            "layer1.0.conv1.weight",
            "layer2.0.downsample.0.weight",
            "layer2.0.downsample.1.running_var",
            "fc.bias")
        .doesNotContain("layer1.0.downsample.0.weight");
  }

  @Test
  void cuts_ofSmallerImages_areSmaller() {
    Architecture small =
        Architecture.parse("ResNet(1,1,1,1)", 8, new ClassificationTask(List.of(3, 15, 15), 7));
    assertThat(small.cuts())
        .extracting(CutPoint::shape)
        .containsExactly(
            List.of(8, 15, 15),
            List.of(8, 15, 15),
            List.of(16, 8, 8),
            List.of(32, 4, 4),
            List.of(64, 2, 2));
    assertThat(small)
        .isNotEqualTo(
            Architecture.parse(
                "ResNet(1,1,1,1)", 8, new ClassificationTask(List.of(3, 16, 16), 7)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,1,28,28", "0,16,20", "4097,64,64"})
  void task_ofAShapeThatNetworksDoNotTake_isRefusedWithThoseTheyTake(String shape) {
    List<Integer> sizes = Arrays.stream(shape.split(",", -1)).map(Integer::valueOf).toList();
    assertThatThrownBy(() -> new ClassificationTask(sizes, 10))
        .hasMessageStartingWith("examples are of shape " + sizes + ", but networks take ");
  }

  @Test
  void cuts_imagesOfOtherChannelsAndSides_keepRowsAndColumns() {
    Architecture network =
        Architecture.parse("ResNet(1,1,1,1)", 8, new ClassificationTask(List.of(2, 16, 21), 7));
    assertThat(network.cuts())
        .extracting(CutPoint::shape)
        .containsExactly(
            List.of(8, 16, 21),
            List.of(8, 16, 21),
            List.of(16, 8, 11),
            List.of(32, 4, 6),
            List.of(64, 2, 3));
    assertThat(network.tensors().get(0).shape()).containsExactly(8, 2, 3, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "6,5"})
  void parse_examplesThatAreNoMaps_isRefused(String shape) {
    List<Integer> sizes = Arrays.stream(shape.split(",", -1)).map(Integer::valueOf).toList();
    assertThatThrownBy(
            () -> Architecture.parse("ResNet(1,1,1,1)", 8, new ClassificationTask(sizes, 7)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void parse_notAResnet_saysWhatIsUnderstood() {
    assertThatThrownBy(() -> Architecture.parse("VGG11", 64, ClassificationTask.CIFAR10))
        .hasMessage(
            "unknown architecture 'VGG11'; choose ResNet18, ResNet34 or ResNet(a,b,c,d), or"
                + " PlainNet for ResNet");
    assertThatThrownBy(() -> Architecture.parse("ResNet(1,0,1,1)", 64, ClassificationTask.CIFAR10))
        .hasMessageContaining("at least 1 block");
  }

  @Test
  void cut_unknown_namesTheCutsThereAre() {
    assertThatThrownBy(
            () ->
                Architecture.parse("ResNet(1,1,1,1)", 8, ClassificationTask.CIFAR10)
                    .cut("layer5.0"))
        .hasMessage(
            "ResNet(1,1,1,1) has no cut 'layer5.0'; choose one of stem, layer1.0, layer2.0,"
                + " layer3.0, layer4.0");
  }
}
