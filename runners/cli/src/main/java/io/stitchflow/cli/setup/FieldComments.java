package io.stitchflow.cli.setup;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Map;
import java.util.stream.Collectors;

/** One sentence for each field of an experiment that {@code init} shows with its default. */
final class FieldComments {
  private static final Map<String, String> COMMENTS =
      """
      Synthetic.train_examples: Images of the train split.
      Synthetic.test_examples: Images of the test split.
      Synthetic.noise: Standard deviation of the pixel noise, of 255.
      Synthetic.seed: Seed of everything random in the images.
      Cifar100.coarse: Whether the classes are the 20 superclasses instead of the 100 classes.
      ImageFolder.size: Rows and columns to which images are resized, from 4 to 256.
      TrainingRecipe.epochs: Passes over the train split; 0 leaves the network random.
      TrainingRecipe.batch_size: Examples a step.
      TrainingRecipe.learning_rate: Highest learning rate.
      TrainingRecipe.momentum: Momentum of SGD, or beta1 of ADAM.
      TrainingRecipe.weight_decay: Added to gradients, times the weights.
      TrainingRecipe.warmup: Share of all steps in which the learning rate rises from 0.
      TrainingRecipe.flip: Whether images are flipped left to right with probability 1/2.
      TrainingRecipe.translate: Pixels by which images are shifted at most, each way.
      TrainingRecipe.cutout: Side of a square that is blanked at a random place, in pixels.
      TrainingRecipe.optimizer: MOMENTUM or ADAM.
      RepresentationSettings.examples: Train examples that stitches learn from; 0 for all.
      RepresentationSettings.dtype: Element type of cached files, FLOAT32 or FLOAT16.
      RepresentationSettings.policy: CACHE keeps them; RECOMPUTE keeps none; AUTO keeps what fits on the disk.
      VanillaSettings.initialization: Starts: KAIMING, COPY or MEAN; of several the best is kept.
      VanillaSettings.objective: Objectives: "task", "copy", "soft_labels", "later" or "penultimate".
      StitchRecipe.epochs: Passes over the train representations.
      StitchRecipe.batch_size: Examples a step.
      StitchRecipe.learning_rate: Highest learning rate.
      StitchRecipe.momentum: Momentum of SGD, or beta1 of ADAM.
      StitchRecipe.weight_decay: Added to gradients, times the weights.
      StitchRecipe.optimizer: MOMENTUM or ADAM.
      StitchRecipe.batch_norm: Whether batch normalisation surrounds the stitch in training.
      StitchRecipe.whiten: Whether the sender's channels are whitened before training.
      CopySettings.solver: LEAST_SQUARES or SGD; each gives its own cells.
      CopySettings.tolerance: For LEAST_SQUARES: relative size of eigenvalues that count as 0.
      FrontSettings.weight: Weights of the match against the task; each trains one more stitch a cell.
      Experiment.metric: Metrics to measure in each cell.
      Experiment.seed: Seeds of the stitches; each gives one set of cells.
      """
          .lines()
          .map(line -> line.split(": ", 2))
          .collect(Collectors.toUnmodifiableMap(part -> part[0], part -> part[1]));

  private FieldComments() {}

  /**
   * What the field does, in one sentence.
   *
   * @throws IllegalArgumentException if there is no comment for it
   */
  static String of(FieldDescriptor field) {
    String key = field.getContainingType().getName() + "." + field.getName();
    String comment = COMMENTS.get(key);
    if (comment == null) {
      throw new IllegalArgumentException("the field " + key + " has no comment");
    }
    return comment;
  }
}
