package io.stitchflow.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.stitchflow.store.directory.StoreInit;
import io.stitchflow.store.remote.RemoteStore;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The floors of the house: imports go down only, and each heavy library stays on its floor. */
@AnalyzeClasses(packages = "io.stitchflow", importOptions = DoNotIncludeTests.class)
final class FloorsTest {
  /** From the ground up; the packages of one floor may use each other, but not in a circle. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("v1"),
          List.of("content"),
          List.of("store.directory"),
          List.of("store.remote"),
          List.of("store"),
          List.of("memo"),
          List.of("gc"),
          List.of("tensors"),
          List.of("remote"),
          List.of("registry"),
          List.of("download"),
          List.of("libtorch"),
          List.of("torch"),
          List.of("statistics"),
          List.of("picture"),
          List.of("network.foreign"),
          List.of("network.layer"),
          List.of("dataset", "network"),
          List.of("network.program"),
          List.of("representation"),
          List.of("objective"),
          List.of("stitch", "comparison"),
          List.of("stage"),
          List.of("spec"),
          List.of("plan"),
          List.of("run"),
          List.of("inspect"),
          List.of("report.cells"),
          List.of("report.figure"),
          List.of("report"),
          List.of("transforms"),
          List.of("code"),
          List.of("cli.text"),
          List.of("cli.input"),
          List.of("cli.progress"),
          List.of("cli.command"),
          List.of("cli.setup", "cli.comparison", "cli.execution"),
          List.of("cli", "flink"));

  private static final String[] SCIENCE =
      packages(
          "torch",
          "statistics",
          "dataset",
          "network",
          "network.layer",
          "network.program",
          "representation",
          "objective",
          "stitch",
          "comparison");

  private static final String[] CLI =
      packages(
          "cli",
          "cli.text",
          "cli.input",
          "cli.progress",
          "cli.command",
          "cli.setup",
          "cli.comparison",
          "cli.execution");

  /** More classes than this are more than one subject. */
  private static final long MOST_CLASSES = 30;

  @ArchTest
  static final ArchRule package_any_standsOnAFloor =
      classes()
          .should()
          .resideInAnyPackage(
              FLOORS.stream()
                  .flatMap(List::stream)
                  .map(FloorsTest::fullName)
                  .toArray(String[]::new))
          .because("a new package needs a floor: name it in FLOORS, above what it uses");

  @ArchTest static final ArchRule floor_any_usesOnlyFloorsBelow = floors();

  @ArchTest
  static final ArchRule packages_all_areFreeOfCycles =
      slices().matching("io.stitchflow.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule storeInternals_areUsedOnlyInModulesOfArtifacts =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(
                      packages(
                          "store.directory", "store.remote", "store", "memo", "gc", "remote"))))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(packages("store.directory", "store.remote"))
                  .and(not(belongToAnyOf(RemoteStore.class, StoreInit.class))))
          .because("other modules use the store through io.stitchflow.store and memo");

  @ArchTest
  static void packages_all_haveAtMostThirtyClasses(JavaClasses classes) {
    Map<String, Long> sizes =
        classes.stream()
            .filter(each -> each.isTopLevelClass() && !each.getSimpleName().equals("package-info"))
            .filter(each -> !each.getPackageName().equals("io.stitchflow.v1"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(sizes)
        .allSatisfy((name, size) -> assertThat(size).isLessThanOrEqualTo(MOST_CLASSES));
  }

  @ArchTest
  static final ArchRule arrow_isUsedOnlyInTensors =
      only(packages("tensors"), "org.apache.arrow..")
          .because("tensors has an API of its own for them");

  @ArchTest
  static final ArchRule awsSdk_isUsedOnlyInRemote =
      only(packages("remote"), "software.amazon..")
          .because("a store without a remote one must not load it");

  @ArchTest
  static final ArchRule remote_isFoundAtRunTimeOnly =
      noClasses()
          .that(not(resideInAnyPackage(packages("remote"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages("remote"))
          .because("it is found by its scheme, when a store's URI has it");

  @ArchTest
  static final ArchRule djl_isUsedOnlyInScience =
      only(SCIENCE, "ai.djl..").because("runners must not depend on the engine");

  @ArchTest
  static final ArchRule djlNativeCalls_areMadeOnlyInTorch =
      only(packages("torch"), "ai.djl.pytorch.jni..")
          .because("a mistake in them ends the process, so they stand in one place");

  @ArchTest static final ArchRule ejml_isUsedOnlyInScience = only(SCIENCE, "org.ejml..");

  @ArchTest
  static final ArchRule mustacheAndCsv_areUsedOnlyInReport =
      only(packages("report", "report.cells"), "com.samskivert..", "org.apache.commons.csv..");

  @ArchTest
  static final ArchRule beam_isUsedOnlyInTransformsAndRunners =
      only(packages("transforms", "cli.text", "cli.execution", "flink"), "org.apache.beam..")
          .because("the science runs without Beam and is the oracle for every runner");

  @ArchTest
  static final ArchRule flink_isUsedOnlyInFlink = only(packages("flink"), "org.apache.flink..");

  @ArchTest
  static final ArchRule asm_isUsedOnlyInCode =
      only(packages("code"), "org.objectweb.asm..")
          .because("nothing that computes needs to read class files");

  @ArchTest static final ArchRule picocli_isUsedOnlyInCli = only(CLI, "picocli..");

  @ArchTest
  static final ArchRule standardStreams_areUsedOnlyInCli =
      noClasses()
          .that(not(resideInAnyPackage(CLI)))
          .should(ACCESS_STANDARD_STREAMS)
          .because("the terminal belongs to the command line");

  @ArchTest
  static final ArchRule textWithNumbers_isFormattedUnderLocaleRoot =
      noClasses()
          .that(not(resideInAnyPackage(packages("v1"))))
          .should()
          .callMethod(String.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(String.class, "formatted", Object[].class)
          .orShould()
          .callMethod(PrintStream.class, "printf", String.class, Object[].class)
          .orShould()
          .callMethod(PrintStream.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(String.class, "toLowerCase")
          .orShould()
          .callMethod(String.class, "toUpperCase")
          .because("the user's locale must not choose digits and letters: pass Locale.ROOT");

  @ArchTest
  static final ArchRule javaUtilLogging_isNotUsed =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  @ArchTest
  static void classes_ofGroundAndTop_areLookedAt(JavaClasses classes) {
    assertThat(classes.containPackage("io.stitchflow.v1")).isTrue();
    assertThat(classes.containPackage("io.stitchflow.cli")).isTrue();
  }

  private static ArchRule floors() {
    LayeredArchitecture floors =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (List<String> floor : FLOORS) {
      floors = floors.layer(name(floor)).definedBy(packages(floor.toArray(String[]::new)));
    }
    for (int i = 0; i < FLOORS.size() - 1; i++) {
      String[] above =
          FLOORS.subList(i + 1, FLOORS.size()).stream()
              .map(FloorsTest::name)
              .toArray(String[]::new);
      floors = floors.whereLayer(name(FLOORS.get(i))).mayOnlyBeAccessedByLayers(above);
    }
    String top = name(FLOORS.get(FLOORS.size() - 1));
    return floors.whereLayer(top).mayNotBeAccessedByAnyLayer();
  }

  /** Classes of {@code library} are used in {@code users} and nowhere else. */
  private static ArchRule only(String[] users, String... library) {
    return noClasses()
        .that(not(resideInAnyPackage(users)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .allowEmptyShould(true);
  }

  private static String[] packages(String... names) {
    return List.of(names).stream().map(FloorsTest::fullName).toArray(String[]::new);
  }

  private static String fullName(String name) {
    return "io.stitchflow." + name;
  }

  private static String name(List<String> floor) {
    return String.join(" and ", floor);
  }
}
