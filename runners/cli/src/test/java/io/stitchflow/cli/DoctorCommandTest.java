package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir Path directory;
  private final Screen screen = new Screen();

  @Test
  void doctor_newHome_findsNoProblemAndWritesNothingThere() throws IOException {
    int code = screen.execute(Map.of("HOME", directory.toString()), "doctor");

    assertThat(code).as(screen.out() + screen.err()).isEqualTo(ExitCode.DONE);
    assertThat(screen.out().lines())
        .hasSize(11)
        .allMatch(line -> line.matches("(ok|note) +[a-z ]+? {2,}.*|0 problems, [0-9]+ notes?"));
    assertThat(screen.out())
        .containsPattern("(?m)^ok +java +" + Runtime.version().feature())
        .containsPattern("(?m)^ok +libtorch +2\\.7\\.1.* loads; DJL 0\\.36\\.0, device class cpu-")
        .containsPattern("(?m)^note +gpu +not found")
        .contains(directory + "/.cache/stitchflow: does not exist; the first run creates it")
        .containsPattern("(?m)^ok +terminal +not a terminal");
    assertThat(screen.err()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void doctor_storeThatIsThere_isWrittenTo() throws IOException {
    String store = directory.resolve("store").toString();
    assertThat(screen.execute(Map.of(), "init-store", "--store", store)).isEqualTo(ExitCode.DONE);

    Screen doctor = new Screen();
    doctor.execute(Map.of("HOME", directory.toString()), "doctor", "--store", store);

    assertThat(doctor.out()).contains(store + ": exists and can be written");
    try (Stream<Path> left = Files.list(directory.resolve("store/tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void doctor_placesThatCannotBeUsed_areProblemsAndExitCode1() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Map<String, String> environment = Map.of("DJL_CACHE_DIR", file.toString());

    assertThat(screen.execute(environment, "doctor", "--store", file + "/x", "--json"))
        .isEqualTo(ExitCode.PROBLEM);

    assertThat(screen.out())
        .startsWith("{\"problems\":3,\"notes\":")
        .contains(
            "{\"name\":\"native cache\",\"state\":\"problem\",\"text\":\"" + file,
            "{\"name\":\"libtorch\",\"state\":\"problem\",\"text\":\"not loaded, ",
            "{\"name\":\"store\",\"state\":\"problem\",\"text\":\"" + file);
    assertThat(screen.err()).contains("3 problems, ").doesNotContain("Exception", "\tat ");
  }

  @Test
  void doctor_withoutAnyHome_saysWhatToSet() {
    assertThat(screen.execute(Map.of("HOME", ""), "doctor")).isEqualTo(ExitCode.PROBLEM);
    assertThat(screen.out())
        .containsPattern("(?m)^problem +store +neither XDG_CACHE_HOME nor HOME");
  }

  @Test
  void doctor_optionsThatAreWrong_areInputErrors() {
    assertThat(screen.execute(Map.of(), "doctor", "--flink-master", "nowhere"))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("--flink-master: needs HOST:PORT");
    assertThat(screen.execute(Map.of(), "doctor", "--store", " ")).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("--store: needs a directory or a URI");
  }
}
