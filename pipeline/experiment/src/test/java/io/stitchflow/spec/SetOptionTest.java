package io.stitchflow.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Pair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SetOptionTest {
  @TempDir Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void write() throws Exception {
    file =
        Files.writeString(
            directory.resolve("e.textproto"),
            """
            name: "e"
            dataset { synthetic { } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" }
            network { name: "b" architecture: "ResNet(1,1,1,1)" }
            condition: TRAINED_TRAINED
            """);
  }

  @Test
  void set_everyScalarKind_isApplied() throws Exception {
    Experiment experiment =
        read(
            "name=other",
            "network[0].seed=18446744073709551615",
            "network[1].recipe.epochs=2",
            "network[1].recipe.flip=false",
            "network[1].recipe.learning_rate=1e-3",
            "representation.dtype=FLOAT16",
            "network[1].name=\"c\"");
    assertThat(experiment.getName()).isEqualTo("other");
    assertThat(experiment.getNetwork(0).getSeedList()).containsExactly(-1L);
    assertThat(experiment.getNetwork(1).getRecipe().getEpochs()).isEqualTo(2);
    assertThat(experiment.getNetwork(1).getRecipe().getFlip()).isFalse();
    assertThat(experiment.getNetwork(1).getRecipe().getLearningRate()).isEqualTo(1e-3);
    assertThat(experiment.getRepresentation().getDtype()).isEqualTo(ElementType.FLOAT16);
    assertThat(experiment.getNetwork(1).getName()).isEqualTo("c");
    assertThat(experiment.getPairList())
        .contains(Pair.newBuilder().setSender("a").setReceiver("c").build());
  }

  @Test
  void set_datasets_areChosenAndDivided() throws Exception {
    Dataset dataset =
        read("dataset.cifar100.coarse=true", "dataset.split.validation.fraction=0.1").getDataset();
    assertThat(dataset.getCifar100().getCoarse()).isTrue();
    assertThat(dataset.getSplit().getValidation().getFraction()).isEqualTo(0.1);
  }

  @Test
  void set_list_isReplacedWhole() throws Exception {
    Experiment experiment =
        read(
            "condition=[TRAINED_TRAINED, RANDOM_RANDOM]",
            "copy.solver=SGD",
            "cut=[stem, \"layer1.0\"]",
            "metric=[mse]",
            "seed=[3,4]",
            "seed[1]=5",
            "pair=[{sender: \"a\" receiver: \"b\"}, {sender: \"b\" receiver: \"a\"}]",
            "pair[1].sender=a",
            "pair[1].receiver=a");
    assertThat(experiment.getConditionList())
        .containsExactly(Condition.TRAINED_TRAINED, Condition.RANDOM_RANDOM);
    assertThat(experiment.getCopy().getSolverList()).containsExactly(CopySolver.SGD);
    assertThat(experiment.getCutList()).containsExactly("stem", "layer1.0");
    assertThat(experiment.getMetricList()).containsExactly("mse");
    assertThat(experiment.getSeedList()).containsExactly(3L, 5L);
    assertThat(experiment.getPairList()).map(Pair::getReceiver).containsExactly("b", "a");
  }

  @Test
  void set_emptyList_isTheDefault() throws Exception {
    assertThat(read("condition=[]").getConditionList()).hasSize(4);
  }

  @Test
  void set_message_isReplacedWhole() throws Exception {
    Experiment experiment =
        read(
            "network[0].recipe={epochs: 3}", "network[0]={name: \"z\" architecture: \"ResNet18\"}");
    assertThat(experiment.getNetwork(0).getName()).isEqualTo("z");
    assertThat(experiment.getNetwork(0).getRecipe().getEpochs()).isEqualTo(20);
  }

  @Test
  void set_directory_isRelativeToTheWorkingDirectory() {
    String problem = problem("dataset.cifar10.directory=nowhere/at/all");
    Path meant = Path.of("nowhere/at/all").toAbsolutePath();
    assertThat(problem)
        .startsWith(
            "--set dataset.cifar10.directory=nowhere/at/all: dataset.cifar10.directory: "
                + meant
                + " does not exist; ");
  }

  @Test
  void set_otherKindOfDataset_replacesTheFirst() throws Exception {
    Files.writeString(
        file, Files.readString(file).replace("synthetic { }", "cifar10 { directory: \"none\" }"));
    assertThat(read("dataset.synthetic.train_examples=100").getDataset().getKindCase())
        .isEqualTo(Dataset.KindCase.SYNTHETIC);
  }

  @Test
  void set_otherKindOfDataset_forgetsWhatWasWrittenOfTheFirst() throws Exception {
    Files.writeString(
        file, Files.readString(file).replace("synthetic { }", "synthetic { train_examples: 99 }"));
    assertThat(problem("dataset.cifar10.directory=nowhere")).contains("nowhere does not exist");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          network[9].seed=3 | network[9].seed: there are 2 networks; choose network[0] or network[1]
          network.seed=3 | network.seed: there are 2 networks; choose network[0] or network[1]
          condition[3]=TRAINED_TRAINED | condition[3]: there is 1 condition; choose condition[0]
          pair[0].sender=a | pair[0].sender: the file has no pair; set the whole list: pair=[...]
          netwrk[0].seed=3 | netwrk[0].seed: Experiment has no field 'netwrk'; did you mean 'network'? choose one of
          network[0].seeds=3 | network[0].seeds: Network has no field 'seeds'; did you mean 'seed'? choose one of
          network[0].seed=x | network[0].seed: 'x' is not a whole number of 0 or more; choose a whole number from 0 to
          network[0].width=4096 | network[0].width: is 4096; choose a whole number from 1 to 1024
          network[0].width=0 | network[0].width: is 0; choose a whole number from 1 to 1024
          network[0].recipe.flip=yes | network[0].recipe.flip: 'yes' is neither true nor false; choose one of them
          network[0].recipe.momentum=NaN | network[0].recipe.momentum: is NaN; choose a number of at least 0 and below 1
          network[0].recipe=3 | network[0].recipe: '3' cannot be read: Expected "{"; write it as in the file
          name.first=x | name.first: 'name' has no fields of its own; end the path there
          name[0]=x | name[0]: 'name' is not a list; write it without [0]
          condition=TRAINED_TRAIND | condition: 'TRAINED_TRAIND' is not a value of Condition; did you mean 'TRAINED_TRAINED'? choose one of
          condition=[RANDOM_RANDOM, RANDOM_RANDOM] | condition[1]: RANDOM_RANDOM is condition[0] too; drop one
          a b=3 | a b: 'a b' is not a field; write names with dots between, such as network[0].recipe.epochs
          name | is not a FIELD=VALUE; write for example --set network[0].seed=3
          """)
  void set_wrong_isReportedWithTheOptionAndField(String option, String problem) {
    assertThat(problem(option)).startsWith("--set " + option + ": " + problem);
  }

  @Test
  void set_severalWrong_areReportedAfterTheFileInTheirOrder() throws Exception {
    Files.writeString(file, Files.readString(file) + "seeds: 3\n");
    InvalidExperimentException thrown =
        catchThrowableOfType(
            InvalidExperimentException.class,
            () -> read("network[0].width=0", "nothing", "seed=q"));
    assertThat(thrown.problems())
        .satisfiesExactly(
            p -> assertThat(p).startsWith(file + ":6:1: seeds: "),
            p -> assertThat(p).startsWith("--set network[0].width=0: "),
            p -> assertThat(p).startsWith("--set nothing: "),
            p -> assertThat(p).startsWith("--set seed=q: "));
  }

  private Experiment read(String... sets) throws InvalidExperimentException {
    return ExperimentFile.read(file, List.of(sets)).experiment();
  }

  private String problem(String set) {
    InvalidExperimentException thrown =
        catchThrowableOfType(InvalidExperimentException.class, () -> read(set));
    assertThat(thrown).isNotNull();
    assertThat(thrown.problems()).hasSize(1);
    return thrown.problems().get(0);
  }
}
