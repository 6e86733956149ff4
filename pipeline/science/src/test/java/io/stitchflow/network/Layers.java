package io.stitchflow.network;

import com.google.protobuf.TextFormat;
import io.stitchflow.v1.Layer;
import java.util.List;

/** Networks as somebody would describe them. */
final class Layers {
  /** One of each kind of layer; cuts at maps and at vectors. */
  static final String VARIED =
      """
      layer { conv { channels: 6 kernel: 5 stride: 1 padding: 2 bias: true } }
      layer { batch_norm {} }
      layer { name: "first" relu {} }
      layer { name: "pool" max_pool { kernel: 3 stride: 2 padding: 1 } }
      layer { name: "bare" conv { channels: 5 kernel: 1 stride: 1 } }
      layer { name: "norm" batch_norm {} }
      layer {
        name: "block"
        sequence {
          layer {
            residual {
              body { name: "conv1" conv { channels: 7 kernel: 3 stride: 2 padding: 1 } }
              body { name: "bn1" batch_norm {} }
              body { relu {} }
              shortcut { conv { channels: 7 kernel: 1 stride: 2 bias: true } }
              shortcut { batch_norm {} }
            }
          }
          layer { relu {} }
          layer { residual { body { conv { channels: 7 kernel: 3 stride: 1 padding: 1 bias: true } } } }
        }
      }
      layer { name: "mean" avg_pool { kernel: 2 stride: 2 } }
      layer { name: "flat" flatten {} }
      layer { name: "hidden" sequence { layer { name: "fc" linear { outputs: 9 } } layer { batch_norm {} } layer { relu {} } } }
      layer { name: "head" linear { outputs: 10 bias: true } }
      """;

  /** One of each kind of layer that {@link #VARIED} lacks; cuts after each, of maps and vectors. */
  static final String MODERN =
      """
      layer { name: "stem" conv { channels: 12 kernel: 4 stride: 4 bias: true } }
      layer { name: "norm" layer_norm { epsilon: 1e-6 } }
      layer {
        name: "block"
        residual {
          body { name: "dwconv" conv { channels: 12 kernel: 7 stride: 1 padding: 3 groups: 12 bias: true } }
          body { name: "norm" layer_norm { epsilon: 1e-6 } }
          body { name: "pwconv1" conv { channels: 24 kernel: 1 stride: 1 bias: true } }
          body { gelu {} }
          body { name: "pwconv2" conv { channels: 12 kernel: 1 stride: 1 bias: true } }
          body { name: "ls" scale { initial: 0.5 } }
        }
      }
      layer { name: "grouped" group_norm { groups: 3 epsilon: 1e-5 } }
      layer { name: "dilated" conv { channels: 12 kernel: 3 stride: 1 padding: 2 dilation: 2 groups: 4 } }
      layer { name: "silu" silu {} }
      layer { name: "attention" residual { body { name: "norm" layer_norm { epsilon: 1e-5 } } body { name: "attn" attention { heads: 3 } } } }
      layer {
        name: "concat"
        concat {
          branch {
            layer { conv { channels: 5 kernel: [3, 1] stride: 1 padding: [1, 0] } }
            layer { batch_norm {} }
            layer { sigmoid {} }
          }
          branch {}
          branch { layer { name: "wide" conv { channels: 7 kernel: [1, 3] stride: 1 padding: [0, 1] bias: true } } }
        }
      }
      layer { name: "joined" conv { channels: 9 kernel: 3 stride: 2 padding: 1 } }
      layer { name: "scale" scale { initial: 2 } }
      layer { name: "gelu" gelu {} }
      layer { global_avg_pool {} }
      layer { name: "vector" layer_norm { epsilon: 1e-5 } }
      layer {
        name: "hidden"
        sequence {
          layer { concat { branch {} branch { layer { linear { outputs: 6 bias: true } } layer { sigmoid {} } } } }
          layer { group_norm { groups: 3 epsilon: 1e-5 } }
          layer { scale { initial: 1 } }
        }
      }
      layer { name: "head" linear { outputs: 10 bias: true } }
      """;

  /** {@link ResNet} of 2, 1, 1 and 1 blocks and width 8, by hand. */
  static final String RESNET_2111_8 =
      """
      layer { sequence {
        layer { name: "conv1" conv { channels: 8 kernel: 3 stride: 1 padding: 1 } }
        layer { name: "bn1" batch_norm {} } } }
      layer { name: "stem" relu {} }
      """
          + block("layer1.0", 8, 1, false)
          + block("layer1.1", 8, 1, false)
          + block("layer2.0", 16, 2, true)
          + block("layer3.0", 32, 2, true)
          + block("layer4.0", 64, 2, true)
          + """
            layer { global_avg_pool {} }
            layer { name: "fc" linear { outputs: 10 bias: true } }
            """;

  private Layers() {}

  private static String block(String name, int channels, int stride, boolean shortcut) {
    return """
        layer { name: "%1$s" sequence {
          layer { residual {
            body { name: "conv1" conv { channels: %2$d kernel: 3 stride: %3$d padding: 1 } }
            body { name: "bn1" batch_norm {} }
            body { relu {} }
            body { name: "conv2" conv { channels: %2$d kernel: 3 stride: 1 padding: 1 } }
            body { name: "bn2" batch_norm {} }
            %4$s } }
          layer { relu {} } } }
        """
        .formatted(
            name,
            channels,
            stride,
            shortcut
                ? """
                  shortcut { name: "downsample.0" conv { channels: %d kernel: 1 stride: %d } }
                  shortcut { name: "downsample.1" batch_norm {} }
                  """
                    .formatted(channels, stride)
                : "");
  }

  static Architecture described(String text) {
    return Architecture.described(layers(text), ClassificationTask.CIFAR10);
  }

  static List<Layer> layers(String text) {
    try {
      return TextFormat.parse(text, io.stitchflow.v1.Network.class).getLayerList();
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
