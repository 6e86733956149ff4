package io.stitchflow.spec;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Weights;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code --set FIELD=VALUE}: {@code network[0].seed=3}, {@code copy.solver=SGD}, {@code
 * cut=[stem, layer1.0]}.
 */
final class SetOption {
  private static final Pattern STEP = Pattern.compile("([A-Za-z0-9_]+)(?:\\[(\\d{1,9})])?");
  private static final int LISTED_INDEXES = 5;

  private final String path;
  private final String value;

  private SetOption(String path, String value) {
    this.path = path;
    this.value = value;
  }

  /** What is wrong with an option, and of which field. */
  private static final class Mistake extends Exception {
    Mistake(String message) {
      super(message);
    }
  }

  /** Applies an option to the experiment, and remembers in {@code origins} what it changed. */
  static void apply(
      String option,
      SourcePosition origin,
      Experiment.Builder experiment,
      SourcePositions origins,
      Problems problems) {
    int equals = option.indexOf('=');
    if (equals <= 0) {
      problems.add(origin, "", "is not a FIELD=VALUE; write for example --set network[0].seed=3");
      return;
    }
    SetOption set =
        new SetOption(option.substring(0, equals).trim(), option.substring(equals + 1).trim());
    try {
      set.apply(experiment);
      origins.override(set.path, origin);
    } catch (Mistake e) {
      problems.add(origin, set.path, String.valueOf(e.getMessage()));
    }
  }

  private void apply(Experiment.Builder experiment) throws Mistake {
    Message.Builder message = experiment;
    List<String> steps = List.of(path.split("\\.", -1));
    for (int i = 0; i < steps.size(); i++) {
      Matcher step = STEP.matcher(steps.get(i));
      if (!step.matches()) {
        throw new Mistake(
            "'"
                + steps.get(i)
                + "' is not a field; write names with dots between, such as network[0].recipe.epochs");
      }
      FieldDescriptor field = message.getDescriptorForType().findFieldByName(step.group(1));
      if (field == null) {
        throw new Mistake(ExperimentText.noField(message.getDescriptorForType(), step.group(1)));
      }
      boolean last = i == steps.size() - 1;
      if (step.group(2) != null) {
        int index = index(message, field, step.group(2));
        if (last) {
          message.setRepeatedField(field, index, element(message, field, value));
        } else {
          message = within(field, message.getRepeatedFieldBuilder(messages(field), index));
        }
      } else if (last) {
        set(message, field);
      } else if (field.isRepeated()) {
        throw new Mistake(whichOf(message, field));
      } else {
        message = within(field, message.getFieldBuilder(messages(field)));
      }
    }
  }

  private static Message.Builder within(FieldDescriptor field, Message.Builder builder) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      throw new IllegalArgumentException(field.getFullName() + " has no fields");
    }
    return builder;
  }

  private static FieldDescriptor messages(FieldDescriptor field) throws Mistake {
    if (field.getJavaType() != JavaType.MESSAGE) {
      throw new Mistake("'" + field.getName() + "' has no fields of its own; end the path there");
    }
    return field;
  }

  private static int index(Message.Builder message, FieldDescriptor field, String index)
      throws Mistake {
    if (!field.isRepeated()) {
      throw new Mistake(
          "'" + field.getName() + "' is not a list; write it without [" + index + "]");
    }
    int number = Integer.parseInt(index);
    if (number >= message.getRepeatedFieldCount(field)) {
      throw new Mistake(whichOf(message, field));
    }
    return number;
  }

  /** {@code there are 2 networks; choose network[0] or network[1]}. */
  private static String whichOf(Message.Builder message, FieldDescriptor field) {
    String name = field.getName();
    int count = message.getRepeatedFieldCount(field);
    if (count == 0) {
      return "the file has no " + name + "; set the whole list: " + name + "=[...]";
    }
    if (count == 1) {
      return "there is 1 " + name + "; choose " + name + "[0]";
    }
    List<String> choices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      choices.add(name + "[" + i + "]");
    }
    String listed =
        count <= LISTED_INDEXES
            ? String.join(", ", choices.subList(0, count - 1)) + " or " + choices.get(count - 1)
            : choices.get(0) + " to " + choices.get(count - 1);
    return "there are " + count + " " + name + "s; choose " + listed;
  }

  private void set(Message.Builder message, FieldDescriptor field) throws Mistake {
    if (!field.isRepeated()) {
      message.setField(field, element(message, field, value));
      return;
    }
    List<Object> elements = new ArrayList<>();
    if (field.getJavaType() == JavaType.MESSAGE) {
      Message.Builder holder = message.build().newBuilderForType();
      merge(field, value, holder);
      for (int i = 0; i < holder.getRepeatedFieldCount(field); i++) {
        elements.add(holder.getRepeatedField(field, i));
      }
    } else {
      for (String each : list(value)) {
        elements.add(element(message, field, each));
      }
    }
    message.clearField(field);
    elements.forEach(element -> message.addRepeatedField(field, element));
  }

  /** The values between brackets, or the only one. */
  private static List<String> list(String value) {
    if (!value.startsWith("[") || !value.endsWith("]")) {
      return List.of(value);
    }
    String inside = value.substring(1, value.length() - 1).trim();
    List<String> values = new ArrayList<>();
    if (!inside.isEmpty()) {
      for (String each : inside.split(",", -1)) {
        values.add(each.trim());
      }
    }
    return values;
  }

  private static Object element(Message.Builder message, FieldDescriptor field, String written)
      throws Mistake {
    try {
      return switch (field.getJavaType()) {
        case INT -> Integer.parseUnsignedInt(ascii(written));
        case LONG -> Long.parseUnsignedLong(ascii(written));
        case DOUBLE -> Double.parseDouble(ascii(written));
        case BOOLEAN -> truth(field, written);
        case ENUM -> constant(field, written);
        case STRING -> text(field, written);
        case MESSAGE -> single(message, field, written);
        case FLOAT, BYTE_STRING ->
            throw new IllegalStateException(
                "an experiment has no field of type " + field.getType());
      };
    } catch (NumberFormatException e) {
      throw new Mistake(FieldRules.unreadable(field, written));
    }
  }

  /** Java would also read the digits of other scripts, which experiment files do not have. */
  private static String ascii(String number) {
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(number)) {
      throw new NumberFormatException(number);
    }
    return number;
  }

  private static Boolean truth(FieldDescriptor field, String written) throws Mistake {
    return switch (written) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new Mistake(FieldRules.unreadable(field, written));
    };
  }

  private static EnumValueDescriptor constant(FieldDescriptor field, String written)
      throws Mistake {
    EnumValueDescriptor constant = field.getEnumType().findValueByName(written);
    if (constant == null) {
      throw new Mistake(FieldRules.unreadable(field, written));
    }
    return constant;
  }

  private static String text(FieldDescriptor field, String written) throws Mistake {
    boolean quoted =
        written.length() >= 2
            && "\"'".indexOf(written.charAt(0)) >= 0
            && written.charAt(0) == written.charAt(written.length() - 1);
    String plain = quoted ? written.substring(1, written.length() - 1) : written;
    boolean path =
        field.getName().equals("directory")
            || field.equals(Weights.getDescriptor().findFieldByNumber(Weights.FILE_FIELD_NUMBER));
    if (!path || plain.isEmpty()) {
      return plain;
    }
    try {
      // A path in an option is relative to the working directory, not to the file
      return Path.of(plain).toAbsolutePath().normalize().toString();
    } catch (InvalidPathException e) {
      throw new Mistake("'" + plain + "' is not a path: " + e.getReason() + "; write one");
    }
  }

  private static Message single(Message.Builder message, FieldDescriptor field, String written)
      throws Mistake {
    Message.Builder holder = message.build().newBuilderForType();
    merge(field, written, holder);
    boolean one =
        field.isRepeated() ? holder.getRepeatedFieldCount(field) == 1 : holder.hasField(field);
    if (!one) {
      throw new Mistake(FieldRules.unreadable(field, written));
    }
    return (Message)
        (field.isRepeated() ? holder.getRepeatedField(field, 0) : holder.getField(field));
  }

  private static void merge(FieldDescriptor field, String written, Message.Builder holder)
      throws Mistake {
    try {
      TextFormat.merge(field.getName() + ": " + written, holder);
    } catch (TextFormat.ParseException e) {
      String reason = ExperimentText.reason(e);
      throw new Mistake(
          "'"
              + written
              + "' cannot be read: "
              + reason
              + "; write it as in the file, strings in quotes");
    }
  }
}
