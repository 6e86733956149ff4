package io.stitchflow.code;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.Attribute;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.RecordComponentVisitor;
import org.objectweb.asm.TypePath;

/**
 * Passes on what a class computes with, and nothing that only compilers and tools read: generic
 * signatures, annotations, who is nested in whom, declared exceptions.
 */
final class BareClass extends ClassVisitor {
  BareClass(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      String superName,
      String[] interfaces) {
    super.visit(Opcodes.V17, flags(access), name, null, superName, interfaces);
  }

  @Override
  public void visitNestHost(String host) {}

  @Override
  public void visitNestMember(String member) {}

  @Override
  public void visitOuterClass(String owner, @Nullable String name, @Nullable String descriptor) {}

  @Override
  public void visitInnerClass(
      String name, @Nullable String outer, @Nullable String inner, int access) {}

  @Override
  public void visitAttribute(Attribute attribute) {}

  @Override
  public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
    return null;
  }

  @Override
  public @Nullable AnnotationVisitor visitTypeAnnotation(
      int type, @Nullable TypePath path, String descriptor, boolean visible) {
    return null;
  }

  @Override
  public @Nullable RecordComponentVisitor visitRecordComponent(
      String name, String descriptor, @Nullable String signature) {
    return null;
  }

  @Override
  public FieldVisitor visitField(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      @Nullable Object value) {
    return new BareField(super.visitField(flags(access), name, descriptor, null, value));
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    return new BareMethod(super.visitMethod(flags(access), name, descriptor, null, null));
  }

  private static int flags(int access) {
    return access & ~(Opcodes.ACC_DEPRECATED | Opcodes.ACC_RECORD);
  }

  private static final class BareField extends FieldVisitor {
    BareField(FieldVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitTypeAnnotation(
        int type, @Nullable TypePath path, String descriptor, boolean visible) {
      return null;
    }
  }

  private static final class BareMethod extends MethodVisitor {
    BareMethod(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitTypeAnnotation(
        int type, @Nullable TypePath path, String descriptor, boolean visible) {
      return null;
    }

    @Override
    public void visitAnnotableParameterCount(int count, boolean visible) {}

    @Override
    public @Nullable AnnotationVisitor visitParameterAnnotation(
        int parameter, String descriptor, boolean visible) {
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitInsnAnnotation(
        int type, @Nullable TypePath path, String descriptor, boolean visible) {
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitTryCatchAnnotation(
        int type, @Nullable TypePath path, String descriptor, boolean visible) {
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitLocalVariableAnnotation(
        int type,
        @Nullable TypePath path,
        Label[] start,
        Label[] end,
        int[] index,
        String descriptor,
        boolean visible) {
      return null;
    }
  }
}
