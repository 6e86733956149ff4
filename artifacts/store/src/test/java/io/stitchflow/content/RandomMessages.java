package io.stitchflow.content;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Messages of any type, from few values a field, so that two are often nearly equal. */
public final class RandomMessages {
  private static final List<String> TEXTS =
      List.of("", "a", "b", "ab", "abc", "1", "\0", "ä", "💧");
  private static final List<Double> NUMBERS =
      List.of(0.0, -0.0, 1.0, 2.0, 0.1, Double.MIN_VALUE, Double.POSITIVE_INFINITY);
  private static final List<Long> INTEGERS = List.of(0L, 1L, 2L, 97L, 128L, -1L);

  private final Random random;

  public RandomMessages(long seed) {
    this.random = new Random(seed);
  }

  /** Every field set or not, by chance. */
  public Message next(Message type) {
    Message.Builder builder = type.newBuilderForType();
    for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        for (int n = random.nextInt(4); n > 0; n--) {
          builder.addRepeatedField(field, value(builder, field));
        }
      } else if (field.getRealContainingOneof() == null && random.nextInt(3) > 0) {
        builder.setField(field, value(builder, field));
      }
    }
    for (OneofDescriptor oneof : type.getDescriptorForType().getRealOneofs()) {
      int chosen = random.nextInt(oneof.getFieldCount() + 1);
      if (chosen < oneof.getFieldCount()) {
        builder.setField(oneof.getField(chosen), value(builder, oneof.getField(chosen)));
      }
    }
    return builder.build();
  }

  /** The message with one thing changed, at any depth; it may come out equal. */
  public Message mutate(Message message) {
    Message.Builder builder = message.toBuilder();
    List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
    if (fields.isEmpty()) {
      return message;
    }
    FieldDescriptor field = fields.get(random.nextInt(fields.size()));
    if (field.isRepeated()) {
      mutateRepeated(builder, field);
    } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && builder.hasField(field)) {
      builder.setField(field, mutate((Message) builder.getField(field)));
    } else if (random.nextInt(4) == 0) {
      builder.clearField(field);
    } else {
      builder.setField(field, value(builder, field));
    }
    return builder.build();
  }

  private void mutateRepeated(Message.Builder builder, FieldDescriptor field) {
    List<Object> values = new ArrayList<>((List<?>) builder.getField(field));
    int at = values.isEmpty() ? 0 : random.nextInt(values.size());
    switch (values.isEmpty() ? 0 : random.nextInt(3)) {
      case 0 -> values.add(at, value(builder, field));
      case 1 -> values.remove(at);
      default -> values.add(values.remove(at)); // another order
    }
    builder.setField(field, values);
  }

  private Object value(Message.Builder builder, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> pick(TEXTS);
      case BYTE_STRING -> ByteString.copyFromUtf8(pick(TEXTS));
      case DOUBLE -> pick(NUMBERS);
      case FLOAT -> pick(NUMBERS).floatValue();
      case LONG -> pick(INTEGERS);
      case INT -> pick(INTEGERS).intValue();
      case BOOLEAN -> random.nextBoolean();
      case ENUM -> pick(field.getEnumType().getValues());
      case MESSAGE -> next(builder.newBuilderForField(field).build());
    };
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
