package io.stitchflow.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comments above the messages, enums, fields and values of a proto file, by name: {@code
 * Network}, {@code Network.seed}, {@code Preset.PAPER}. Descriptors of generated code have none.
 */
final class ProtoComments {
  private static final Pattern COMMENT = Pattern.compile("// ?(.*)");
  private static final Pattern BLOCK = Pattern.compile("(message|enum|oneof) (\\w+) \\{(\\})?");
  private static final Pattern MEMBER =
      Pattern.compile("(?:(?:repeated|optional) )?(?:[\\w.]+ )?(\\w+) = [0-9]+[^;]*;.*");

  private final Map<String, String> comments = new HashMap<>();
  private final Deque<String> blocks = new ArrayDeque<>();
  private final List<String> above = new ArrayList<>();

  private ProtoComments() {}

  static ProtoComments parse(String proto) {
    ProtoComments comments = new ProtoComments();
    proto.lines().map(String::strip).forEach(comments::read);
    return comments;
  }

  /**
   * The comment in one line; empty if there is none.
   *
   * @throws NullPointerException if the file has nothing of that name
   */
  String of(String type, String member) {
    return Objects.requireNonNull(comments.get(type + "." + member), type + "." + member);
  }

  /**
   * The comment of a message or enum.
   *
   * @throws NullPointerException if the file has nothing of that name
   */
  String of(String type) {
    return Objects.requireNonNull(comments.get(type), type);
  }

  private void read(String line) {
    Matcher comment = COMMENT.matcher(line);
    Matcher block = BLOCK.matcher(line);
    Matcher member = MEMBER.matcher(line);
    if (comment.matches()) {
      above.add(comment.group(1));
      return;
    }
    if (block.matches()) {
      // Fields of a oneof are those of its message
      boolean oneof = block.group(1).equals("oneof");
      String name = oneof ? Objects.requireNonNull(blocks.peek()) : block.group(2);
      if (!oneof) {
        comments.put(name, String.join(" ", above));
      }
      if (block.group(3) == null) {
        blocks.push(name);
      }
    } else if (line.equals("}")) {
      blocks.pop();
    } else if (member.matches() && !blocks.isEmpty()) {
      comments.put(blocks.peek() + "." + member.group(1), String.join(" ", above));
    }
    above.clear();
  }
}
