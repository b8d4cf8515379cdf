package io.sojourn.node.cli;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Locale;

/**
 * A message as JSON. Protocol Buffers' own writer puts 64-bit numbers between quotes, and leaves
 * out what is 0.
 */
final class MessageJson {
  private MessageJson() {}

  /** The message's fields, into the object that was begun last. */
  static void write(JsonText text, Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String name = field.getJsonName();
      if (field.isRepeated()) {
        text.array(name);
        for (Object element : (List<?>) message.getField(field)) add(text, element);
        text.end();
      } else if (message.getField(field) instanceof Message inner) {
        text.object(name);
        write(text, inner);
        text.end();
      } else put(text, name, message.getField(field));
    }
  }

  private static void add(JsonText text, Object element) {
    if (element instanceof Message inner) {
      text.object();
      write(text, inner);
      text.end();
    } else if (element instanceof Number number) text.add(number.longValue());
    else text.add(element.toString());
  }

  private static void put(JsonText text, String name, Object value) {
    if (value instanceof Double millis) text.millis(name, millis);
    else if (value instanceof Number number) text.put(name, number.longValue());
    else if (value instanceof Boolean is) text.put(name, is);
    else if (value instanceof EnumValueDescriptor constant)
      text.put(name, constant.getName().toLowerCase(Locale.ROOT));
    else text.put(name, value.toString());
  }
}
