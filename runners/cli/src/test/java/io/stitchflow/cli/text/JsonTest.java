package io.stitchflow.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
  @Test
  void line_nested_isOneLineInOrder() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", List.of(1, 2.5, true, "x"));
    map.put("a", Map.of());
    map.put("big", Long.MAX_VALUE);
    assertThat(Json.line(map))
        .isEqualTo("{\"b\":[1,2.5,true,\"x\"],\"a\":{},\"big\":9223372036854775807}");
  }

  @Test
  void line_awkwardText_isEscaped() {
    assertThat(Json.line("a\"b\\c\n\t\u0001é\ud800"))
        .isEqualTo("\"a\\\"b\\\\c\\n\\t\\u0001é\\ud800\"");
    assertThat(Json.line("\ud83d\ude00")).isEqualTo("\"\ud83d\ude00\"");
    assertThat(Json.line("\u202e")).isEqualTo("\"\\u202e\"");
  }

  @Test
  void pretty_nested_isIndented() {
    assertThat(Json.pretty(Map.of("a", List.of(1, List.of()))))
        .isEqualTo("{\n  \"a\": [\n    1,\n    []\n  ]\n}\n");
  }

  @Test
  void line_noJsonNumber_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.line(Double.NaN))
        .withMessageContaining("NaN");
  }
}
