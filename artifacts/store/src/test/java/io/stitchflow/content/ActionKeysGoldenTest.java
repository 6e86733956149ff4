package io.stitchflow.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.stitchflow.v1.Action;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Keys that stand in people's stores. A key that changes here throws away everything ever computed
 * for such actions.
 */
class ActionKeysGoldenTest {
  @Test
  void key_goldenActions_isWhatItAlwaysWas() throws IOException {
    SortedMap<String, String> actual = new TreeMap<>();
    for (String name : golden().keySet()) {
      actual.put(name, ActionKeys.key(action(name)).hex());
    }

    assertThat(actual).isEqualTo(golden());
  }

  @Test
  void golden_everyKindOfParameters_isThere() throws IOException {
    Set<Action.ParametersCase> covered = EnumSet.noneOf(Action.ParametersCase.class);
    for (String name : golden().keySet()) {
      covered.add(action(name).getParametersCase());
    }

    assertThat(covered)
        .containsAll(
            Arrays.stream(Action.ParametersCase.values())
                .filter(kind -> kind != Action.ParametersCase.PARAMETERS_NOT_SET)
                .toList());
  }

  /** Keys by the names of the actions' files. */
  private static SortedMap<String, String> golden() throws IOException {
    return read("golden/keys.txt")
        .lines()
        .map(line -> List.of(line.split("  ", 2)))
        .collect(
            Collectors.toMap(
                l -> l.get(1), l -> l.get(0), (a, b) -> a + " and " + b, TreeMap::new));
  }

  private static Action action(String name) throws IOException {
    return TextFormat.parse(read("golden/" + name), Action.class);
  }

  private static String read(String resource) throws IOException {
    try (InputStream in = ActionKeysGoldenTest.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
