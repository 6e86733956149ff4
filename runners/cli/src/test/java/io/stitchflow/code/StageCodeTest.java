package io.stitchflow.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stage.StageRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;

final class StageCodeTest {
  private static final String STAGE =
      """
      class Stage {
        static double compute(double input) {
          double scaled = input * Scale.FACTOR;
          java.util.function.DoubleUnaryOperator twice = x -> x + x;
          Runnable told = () -> System.out.println(scaled);
          told.run();
          return twice.applyAsDouble(Step.next(scaled));
        }
        static int count(java.util.List<String> names) { return names.size(); }
      }
      """;
  private static final String SCALE = "class Scale { static final double FACTOR = 0.1; }";
  private static final String STEP =
      "class Step { static double next(double x) { return Root.of(x); } }";
  private static final String ROOT =
      "class Root { static double of(double x) { return Math.sqrt(x); } }";
  private static final String APART = "class Apart { static int of(int x) { return x; } }";

  @TempDir Path place;
  private int programs;

  @Test
  void parts_ofAProgram_areTheClassesReached() throws IOException {
    assertThat(code(STAGE, SCALE, STEP, ROOT, APART).parts().keySet())
        .containsExactly(named("Root"), named("Stage"), named("Step"));
  }

  @Test
  void digest_namesOfVariablesLinesAndComments_doNotMatter() throws IOException {
    String renamed =
        STAGE.replace("scaled", "value").replace("input", "x0").replace("x -> x + x", "y -> y + y");
    assertThat(renamed).isNotEqualTo(STAGE);
    assertSame(code("// a comment\n\n" + renamed, SCALE, STEP, ROOT));
  }

  @Test
  void digest_debugInformation_doesNotMatter() throws IOException {
    for (String debug : List.of("-g", "-g:none", "-parameters")) {
      assertSame(compiled(List.of(debug), STAGE, SCALE, STEP, ROOT).code());
    }
  }

  @Test
  void digest_orderOfTheConstantPool_doesNotMatter() throws IOException {
    Program program = compiled(List.of(), STAGE, SCALE, STEP, ROOT);
    Path file = program.directory().resolve("Stage.class");
    byte[] before = Files.readAllBytes(file);
    ClassWriter writer = new ClassWriter(0);
    writer.newConst("before all others");
    new ClassReader(before).accept(writer, 0);
    assertThat(writer.toByteArray()).isNotEqualTo(before);
    Files.write(file, writer.toByteArray());
    assertSame(program.code());
  }

  @Test
  void digest_orderOfMethodsAndLambdas_doesNotMatter() throws IOException {
    String count = "  static int count(java.util.List<String> names) { return names.size(); }\n";
    String moved = STAGE.replace(count, "").replace("class Stage {\n", "class Stage {\n" + count);
    assertThat(moved).isNotEqualTo(STAGE);
    assertSame(code(moved, SCALE, STEP, ROOT));
    // The same two lambdas, numbered the other way round
    String first = "class Stage { static Object a() { %s } static Object b() { %s } }";
    String one = "Runnable r = () -> System.out.println(1); return r;";
    String two =
        "Runnable r = () -> { Runnable s = () -> System.out.println(2); s.run(); }; return r;";
    String swapped =
        "class Stage { static Object b() { %s } static Object a() { %s } }".formatted(two, one);
    assertThat(code(swapped)).isEqualTo(code(first.formatted(one, two)));
    assertThat(code(first.formatted(two, one))).isNotEqualTo(code(first.formatted(one, two)));
  }

  @Test
  void digest_annotationsAndGenericTypes_doNotMatter() throws IOException {
    String told =
        STAGE
            .replace("List<String> names", "List<@org.jspecify.annotations.Nullable Object> names")
            .replace("  static int", "  @Deprecated static int");
    assertThat(told).isNotEqualTo(STAGE);
    assertSame(code(told, SCALE, STEP, ROOT));
  }

  @Test
  void digest_classThatIsNotReached_doesNotMatter() throws IOException {
    assertSame(code(STAGE, SCALE, STEP, ROOT, APART.replace("return x", "return -x")));
  }

  @Test
  void digest_constant_matters() throws IOException {
    // Compiled into the class that uses it
    assertChanged(code(STAGE, SCALE.replace("0.1", "0.10000000000000002"), STEP, ROOT), "Stage");
    assertChanged(code(STAGE.replace("x + x", "x + 2"), SCALE, STEP, ROOT), "Stage");
    String field =
        "class Stage { static final int[] TABLE = {1, 2}; static final String NAME = \"a\"; }";
    assertThat(code(field.replace("2}", "3}"))).isNotEqualTo(code(field));
    assertThat(code(field.replace("\"a\"", "\"b\""))).isNotEqualTo(code(field));
  }

  @Test
  void digest_bodyOfAMethodFarAway_mattersAndItsClassIsNamed() throws IOException {
    assertChanged(code(STAGE, SCALE, STEP, ROOT.replace("sqrt", "cbrt")), "Root");
  }

  @Test
  void digest_bodyOfALambda_matters() throws IOException {
    assertChanged(code(STAGE.replace("x + x", "x - x"), SCALE, STEP, ROOT), "Stage");
  }

  @Test
  void digest_orderInAMethodOrFlagOfIt_matters() throws IOException {
    assertChanged(
        code(STAGE, SCALE, STEP.replace("static double", "static synchronized double"), ROOT),
        "Step");
    assertThat(code("class Stage { int a = Math.abs(1); int b = Math.abs(2); }"))
        .isNotEqualTo(code("class Stage { int b = Math.abs(2); int a = Math.abs(1); }"));
  }

  @Test
  void parts_whateverWayAClassIsMentioned_holdIt() throws IOException {
    for (String mention :
        List.of(
            "Object a = new Root();",
            "Class<?> a = Root.class;",
            "Root[] a = new Root[0];",
            "java.util.function.Supplier<Object> a = Root::new;",
            "java.util.function.Supplier<Object> a = () -> new Root();",
            "boolean a(Object x) { return x instanceof Root; }",
            "Object a(Object x) { return (Root) x; }",
            "void a(Root x) {}",
            "Root a;")) {
      assertThat(code("class Stage { " + mention + " }", ROOT).parts())
          .as(mention)
          .containsKey(named("Root"));
    }
    assertThat(code("class Stage extends Root {}", ROOT).parts()).containsKey(named("Root"));
    assertThat(
            code("class Stage { Kind kind; }", "enum Kind { A { Object a = new Root(); } }", ROOT)
                .parts())
        .containsKeys(named("Kind$1"), named("Root"));
    assertThat(
            code(
                    "class Stage { Shape shape; }",
                    "sealed interface Shape permits Round {}",
                    "record Round() implements Shape {}")
                .parts())
        .containsKey(named("Round"));
  }

  @Test
  void parts_fileBesideAClass_isOneOfThem() throws IOException {
    Program program = compiled(List.of(), STAGE, SCALE, STEP, ROOT);
    Files.writeString(program.directory().resolve("page.html"), "old");
    StageCode old = program.code();
    assertThat(old.parts()).containsKey("io/stitchflow/sample/page.html");
    Files.writeString(program.directory().resolve("page.html"), "new");
    assertThat(changed(old, program.code())).containsExactly("io/stitchflow/sample/page.html");
  }

  @Test
  void digest_inAJar_isTheSame() throws IOException {
    Program program = compiled(List.of(), STAGE, SCALE, STEP, ROOT);
    Files.writeString(program.directory().resolve("page.html"), "text");
    assertThat(program.inJar(place.resolve("a program.jar")).code()).isEqualTo(program.code());
  }

  @Test
  void parts_messageOfAnArtifact_isThereAndWhatTheKeyHoldsIsNot() throws IOException {
    String stage =
        """
        class Stage {
          Object read(io.stitchflow.v1.Action action) throws Exception {
            return io.stitchflow.v1.Comparison.parseFrom(action.getFitVanillaStitch().toByteString());
          }
        }
        """;
    assertThat(code(stage).parts().keySet())
        .contains("message Comparison", "message Measurement", "message MeasuredValue")
        .noneMatch(part -> part.contains("Action") || part.contains("FitVanilla"));
  }

  @Test
  void of_allStages_holdTheirLibrariesByVersionButThoseOfTheKey() throws IOException {
    Map<StageDefinition, StageCode> codes = StageCode.of(StageRegistry.builtIn());
    assertThat(codes).containsOnlyKeys(StageRegistry.builtIn());
    Map<String, String> solving =
        codes
            .getOrDefault(
                StageDefinition.named("solve_copy_stitch"),
                new StageCode(new java.util.TreeMap<>()))
            .parts();
    assertThat(solving).containsKeys("library ejml-core", "library ejml-ddense");
    assertThat(solving.get("library ejml-ddense")).matches("[0-9.]+");
    for (StageCode code : codes.values()) {
      assertThat(code.parts().keySet())
          .noneMatch(part -> part.contains("djl") || part.contains("java."));
    }
    assertThat(StageCode.of(List.of())).isEmpty();
  }

  private StageCode code(String... sources) throws IOException {
    return compiled(List.of(), sources).code();
  }

  private Program compiled(List<String> options, String... sources) throws IOException {
    return Program.compiled(place.resolve("program" + programs++), options, sources);
  }

  private void assertSame(StageCode code) throws IOException {
    StageCode usual = code(STAGE, SCALE, STEP, ROOT);
    assertThat(changed(usual, code)).isEmpty();
    assertThat(code.digest()).isEqualTo(usual.digest());
  }

  private void assertChanged(StageCode code, String... classes) throws IOException {
    StageCode usual = code(STAGE, SCALE, STEP, ROOT);
    assertThat(changed(usual, code))
        .containsExactlyElementsOf(List.of(classes).stream().map(StageCodeTest::named).toList());
    assertThat(code.digest()).isNotEqualTo(usual.digest());
  }

  private static List<String> changed(StageCode before, StageCode after) {
    List<String> changed = new ArrayList<>();
    TreeSet<String> all = new TreeSet<>(before.parts().keySet());
    all.addAll(after.parts().keySet());
    for (String part : all) {
      String old = before.parts().getOrDefault(part, "");
      if (!old.equals(after.parts().get(part))) {
        changed.add(part);
      }
    }
    return changed;
  }

  private static String named(String name) {
    return Program.PACKAGE + name;
  }
}
