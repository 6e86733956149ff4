package io.stitchflow.benchmarks;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The loop to beat: a CIFAR ResNet of DJL's own blocks, its stock normalisation and loss, trained
 * on one batch that is in memory already. No images are read, augmented or shuffled.
 */
final class BareDjl implements AutoCloseable {
  private static final int SIZE = 32;
  private static final int CLASSES = 10;
  private static final float RATE = 0.05f;
  private static final float MOMENTUM = 0.9f;
  private static final float DECAY = 5e-4f;

  private final NDManager manager;
  private final Block network;
  private final ParameterStore parameters;
  private final Loss loss = Loss.softmaxCrossEntropyLoss();
  private final List<NDArray> weights = new ArrayList<>();
  private final List<NDArray> velocities = new ArrayList<>();
  private final NDList images;
  private final NDList labels;

  /**
   * @param width channels of the first stage
   * @param batch examples a step
   */
  BareDjl(List<Integer> blocks, int width, int batch) {
    manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    parameters = new ParameterStore(manager, false);
    network = resNet(blocks, width);
    network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    network.initialize(manager, DataType.FLOAT32, new Shape(batch, 3, SIZE, SIZE));
    for (Parameter parameter : network.getParameters().values()) {
      if (parameter.requiresGradient()) {
        NDArray weight = parameter.getArray();
        JniUtils.attachGradient((PtNDArray) weight, true);
        weights.add(weight);
        velocities.add(weight.zerosLike());
      }
    }
    Random random = new Random(1);
    float[] pixels = new float[batch * 3 * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    float[] classes = new float[batch];
    for (int i = 0; i < batch; i++) {
      classes[i] = i % CLASSES;
    }
    images = new NDList(manager.create(pixels, new Shape(batch, 3, SIZE, SIZE)));
    labels = new NDList(manager.create(classes, new Shape(batch)));
  }

  /** One step; the loss before it. */
  float step() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      JniUtils.setGradMode(true);
      NDList logits = network.forward(parameters, images, true);
      NDArray value = loss.evaluate(labels, logits);
      JniUtils.setGradMode(false);
      JniUtils.backward((PtNDArray) value, (PtNDArray) value.onesLike(), false, false);
      for (int i = 0; i < weights.size(); i++) {
        PtNDArray weight = (PtNDArray) weights.get(i);
        PtNDArray velocity = (PtNDArray) velocities.get(i);
        PtNDArray gradient = JniUtils.getGradient(weight);
        JniUtils.sgdUpdate(weight, gradient, velocity, RATE, DECAY, 1, -1, MOMENTUM);
        JniUtils.zeroGrad(weight);
      }
      return value.getFloat();
    }
  }

  private static Block resNet(List<Integer> blocks, int width) {
    SequentialBlock network = new SequentialBlock();
    network.add(convolution(width, 3, 1)).add(norm()).add(Activation.reluBlock());
    int in = width;
    for (int stage = 0; stage < blocks.size(); stage++) {
      for (int i = 0; i < blocks.get(stage); i++) {
        int out = width << stage;
        network.add(residual(in, out, stage > 0 && i == 0 ? 2 : 1));
        network.add(Activation.reluBlock());
        in = out;
      }
    }
    return network
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(CLASSES).build());
  }

  private static Block residual(int in, int out, int stride) {
    SequentialBlock main =
        new SequentialBlock()
            .add(convolution(out, 3, stride))
            .add(norm())
            .add(Activation.reluBlock())
            .add(convolution(out, 3, 1))
            .add(norm());
    Block shortcut =
        stride == 1 && in == out
            ? Blocks.identityBlock()
            : new SequentialBlock().add(convolution(out, 1, stride)).add(norm());
    return new ParallelBlock(
        sides -> new NDList(sides.get(0).singletonOrThrow().add(sides.get(1).singletonOrThrow())),
        List.of(main, shortcut));
  }

  private static Block convolution(int out, int kernel, int stride) {
    return Conv2d.builder()
        .setKernelShape(new Shape(kernel, kernel))
        .setFilters(out)
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(kernel / 2, kernel / 2))
        .optBias(false)
        .build();
  }

  private static Block norm() {
    return BatchNorm.builder().build();
  }

  @Override
  public void close() {
    manager.close();
  }
}
