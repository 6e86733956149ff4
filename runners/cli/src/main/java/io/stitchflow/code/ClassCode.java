package io.stitchflow.code;

import io.stitchflow.content.Digest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.util.Textifier;
import org.objectweb.asm.util.TraceMethodVisitor;

/**
 * What a class computes, as text that is the same for every class file of the same code: without
 * lines, names of variables, the constant pool's order, the order of members, and numbers of
 * lambdas.
 *
 * @param references names of the classes that its code needs, with slashes
 */
record ClassCode(String text, SortedSet<String> references) {
  private static final String LAMBDA = "lambda$";

  static ClassCode of(byte[] classFile) {
    References references = new References();
    ClassNode node = new ClassNode();
    new ClassReader(classFile)
        .accept(
            new BareClass(new ClassRemapper(node, references)),
            ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return new ClassCode(new Text(node).text(), references.names);
  }

  Digest digest() {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Collects the name of every class that a class mentions; changes nothing. */
  private static final class References extends Remapper {
    private final SortedSet<String> names = new TreeSet<>();

    References() {
      super(Opcodes.ASM9);
    }

    @Override
    public String map(String name) {
      names.add(name);
      return name;
    }
  }

  private static final class Text {
    private final ClassNode node;
    private final Map<String, MethodNode> lambdas = new HashMap<>();
    private final Map<String, String> lambdaNames = new HashMap<>();

    Text(ClassNode node) {
      this.node = node;
      for (MethodNode method : node.methods) {
        if (isLambda(method.access, method.name)) {
          lambdas.put(method.name, method);
        }
      }
    }

    String text() {
      SortedSet<String> members = new TreeSet<>();
      for (FieldNode field : node.fields) {
        members.add(
            String.format(
                Locale.ROOT,
                "field %x %s %s = %s\n",
                field.access,
                field.name,
                field.desc,
                constant(field.value)));
      }
      for (MethodNode method : node.methods) {
        String name = lambdas.containsKey(method.name) ? lambdaName(method.name) : method.name;
        members.add("method " + name + " " + body(method));
      }
      return String.format(
          Locale.ROOT,
          "%x %s extends %s implements %s permits %s\n%s",
          node.access,
          node.name,
          node.superName,
          node.interfaces,
          node.permittedSubclasses,
          String.join("", members));
    }

    /** After what it does, since compilers count lambdas in different orders. */
    private String lambdaName(String name) {
      String known = lambdaNames.get(name);
      if (known == null) {
        MethodNode lambda = lambdas.get(name);
        known = lambda == null ? name : LAMBDA + hash(body(lambda));
        lambdaNames.put(name, known);
      }
      return known;
    }

    private String body(MethodNode method) {
      for (AbstractInsnNode instruction : method.instructions) {
        if (instruction instanceof InvokeDynamicInsnNode dynamic) {
          for (int i = 0; i < dynamic.bsmArgs.length; i++) {
            if (dynamic.bsmArgs[i] instanceof Handle handle
                && handle.getOwner().equals(node.name)
                && lambdas.containsKey(handle.getName())) {
              dynamic.bsmArgs[i] =
                  new Handle(
                      handle.getTag(),
                      handle.getOwner(),
                      lambdaName(handle.getName()),
                      handle.getDesc(),
                      handle.isInterface());
            }
          }
        }
      }
      Textifier printer = new Instructions();
      method.accept(new TraceMethodVisitor(printer));
      StringBuilder body = new StringBuilder();
      body.append(String.format(Locale.ROOT, "%x %s\n", method.access, method.desc));
      append(body, printer.getText());
      return body.toString();
    }

    private static void append(StringBuilder text, Iterable<?> lines) {
      for (Object line : lines) {
        if (line instanceof Iterable<?> nested) {
          append(text, nested);
        } else {
          text.append(line);
        }
      }
    }

    private static boolean isLambda(int access, String name) {
      return (access & Opcodes.ACC_SYNTHETIC) != 0 && name.startsWith(LAMBDA);
    }

    private static String hash(String text) {
      return Digest.of(text.getBytes(StandardCharsets.UTF_8)).hex();
    }
  }

  /** A number as text that no Java writes otherwise: before Java 19 some had a digit too many. */
  private static String constant(@Nullable Object value) {
    if (value instanceof Double number) {
      return "double " + Long.toHexString(Double.doubleToRawLongBits(number));
    }
    if (value instanceof Float number) {
      return "float " + Integer.toHexString(Float.floatToRawIntBits(number));
    }
    return value instanceof String text ? text.length() + " " + text : String.valueOf(value);
  }

  private static final class Instructions extends Textifier {
    Instructions() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitLdcInsn(Object value) {
      super.visitLdcInsn(
          value instanceof Double || value instanceof Float ? constant(value) : value);
    }

    /** Follows from the instructions. */
    @Override
    public void visitMaxs(int maxStack, int maxLocals) {}
  }
}
