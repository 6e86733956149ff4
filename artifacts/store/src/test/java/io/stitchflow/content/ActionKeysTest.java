package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ActionKeysTest {
  private static final long SEED = 20261104;

  @Test
  void canonicalBytes_randomActions_parseBackToTheSame() throws InvalidProtocolBufferException {
    RandomMessages random = new RandomMessages(SEED);
    for (int i = 0; i < 10_000; i++) {
      Action action = (Action) random.next(Action.getDefaultInstance());
      assertThat(Action.parseFrom(ActionKeys.canonicalBytes(action)))
          .as("seed %s, action %s", SEED, i)
          .isEqualTo(action);
    }
  }

  @Test
  void key_distinctRandomActions_neverCollide() {
    RandomMessages random = new RandomMessages(SEED);
    Map<Digest, Message> seen = new HashMap<>();
    for (int i = 0; i < 40_000; i++) {
      Action action = (Action) random.next(Action.getDefaultInstance());
      Message earlier = seen.putIfAbsent(ActionKeys.key(action), action);
      if (earlier != null) {
        assertThat(action).as("seed %s, action %s", SEED, i).isEqualTo(earlier);
      }
    }
    assertThat(seen).hasSizeGreaterThan(20_000);
  }

  @Test
  void key_oneThingChanged_differs() {
    RandomMessages random = new RandomMessages(SEED);
    int changed = 0;
    for (int i = 0; i < 40_000; i++) {
      Action action = (Action) random.next(Action.getDefaultInstance());
      Action mutant = (Action) random.mutate(action);
      assertThat(ActionKeys.key(action).equals(ActionKeys.key(mutant)))
          .as("seed %s, pair %s:%n%s%n%s", SEED, i, action, mutant)
          .isEqualTo(action.equals(mutant));
      changed += action.equals(mutant) ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(20_000);
  }

  @Test
  void key_everyFieldOfAnAction_mattersToIt() {
    Set<String> mattering = new HashSet<>();
    Set<String> all = new HashSet<>();
    RandomMessages random = new RandomMessages(SEED);
    for (int i = 0; i < 500; i++) {
      Action action = (Action) random.next(Action.getDefaultInstance());
      for (FieldDescriptor field : Action.getDescriptor().getFields()) {
        all.add(field.getName());
        Action without = action.toBuilder().clearField(field).build();
        if (!without.equals(action)) {
          assertThat(ActionKeys.key(without)).isNotEqualTo(ActionKeys.key(action));
          mattering.add(field.getName());
        }
      }
    }
    assertThat(mattering).isEqualTo(all);
  }

  @Test
  void key_concatenatedInputs_doNotCollide() {
    assertDistinct(
        action(input("ab", "c")),
        action(input("a", "bc")),
        action(input("", "abc")),
        action(input("a", ""), input("b", "c")),
        action(input("a", "b"), input("", "c")));
  }

  @Test
  void key_inputOrder_matters() {
    assertDistinct(
        action(input("x", "1"), input("x", "2")), action(input("x", "2"), input("x", "1")));
  }

  @Test
  void key_rolesSwapped_differ() {
    assertDistinct(
        action(input("sender", "1"), input("receiver", "2")),
        action(input("sender", "2"), input("receiver", "1")),
        action(input("receiver", "1"), input("sender", "2")));
  }

  @Test
  void key_numberAndText_doNotCollide() {
    assertDistinct(
        solve(SolveCopyStitch.newBuilder().setTolerance(1.0)),
        solve(SolveCopyStitch.newBuilder().setSenderCut("1")),
        solve(SolveCopyStitch.newBuilder().setReceiverCut("1")),
        solve(SolveCopyStitch.newBuilder().setSenderCut("1.0")),
        solve(SolveCopyStitch.newBuilder().addSenderShape(1)),
        solve(SolveCopyStitch.newBuilder().addReceiverShape(1)),
        solve(SolveCopyStitch.newBuilder()));
  }

  @Test
  void key_listsCutElsewhere_doNotCollide() {
    assertDistinct(
        solve(shapes(new int[] {1, 2}, new int[] {3})),
        solve(shapes(new int[] {1}, new int[] {2, 3})),
        solve(shapes(new int[] {1, 2, 3}, new int[] {})),
        solve(shapes(new int[] {12}, new int[] {3})),
        solve(shapes(new int[] {1, 2, 0}, new int[] {3})));
  }

  @Test
  void key_zeroAndUnset_differWhereTheyMeanDifferentThings() {
    assertDistinct(
        train(TrainingRecipe.getDefaultInstance()),
        train(TrainingRecipe.newBuilder().setEpochs(0).build()),
        train(TrainingRecipe.newBuilder().setFlip(false).build()),
        Action.newBuilder().setTrainNetwork(TrainNetwork.getDefaultInstance()).build(),
        Action.getDefaultInstance());
  }

  @Test
  void key_nearbyDoubles_differ() {
    double rate = 0.1;
    assertDistinct(
        train(TrainingRecipe.newBuilder().setLearningRate(rate).build()),
        train(TrainingRecipe.newBuilder().setLearningRate(Math.nextUp(rate)).build()),
        train(TrainingRecipe.newBuilder().setLearningRate((float) rate).build()),
        train(TrainingRecipe.newBuilder().setMomentum(rate).build()));
  }

  @Test
  void key_sameParametersOfAnotherStage_differ() {
    StitchRecipe recipe = StitchRecipe.newBuilder().setEpochs(4).build();
    assertDistinct(
        Action.newBuilder()
            .setFitVanillaStitch(FitVanillaStitch.newBuilder().setRecipe(recipe))
            .build(),
        Action.newBuilder().setFitCopyStitch(FitCopyStitch.newBuilder().setRecipe(recipe)).build(),
        Action.newBuilder().setCompareStitches(CompareStitches.newBuilder()).build());
  }

  @Test
  void key_toolchain_matters() {
    Toolchain toolchain = Toolchain.newBuilder().setLibtorch("2.7.1").setThreads(1).build();
    assertDistinct(
        Action.newBuilder().setToolchain(toolchain).build(),
        Action.newBuilder().setToolchain(toolchain.toBuilder().setThreads(2)).build(),
        Action.newBuilder()
            .setToolchain(toolchain.toBuilder().setDjl("2.7.1").clearLibtorch())
            .build(),
        Action.getDefaultInstance());
  }

  @Test
  void canonicalBytes_fieldAddedLater_leavesOldKeysAlone() throws DescriptorValidationException {
    Descriptor before = type(field("width", 1, FieldDescriptorProto.Type.TYPE_UINT32));
    Descriptor after =
        type(
            field("dropout", 3, FieldDescriptorProto.Type.TYPE_DOUBLE),
            field("width", 1, FieldDescriptorProto.Type.TYPE_UINT32),
            field("optimizer", 2, FieldDescriptorProto.Type.TYPE_STRING));

    byte[] old = ActionKeys.canonicalBytes(width(before, 16));

    assertThat(ActionKeys.canonicalBytes(width(after, 16))).isEqualTo(old);
    Message atDefault =
        width(after, 16).toBuilder()
            .setField(after.findFieldByName("dropout"), 0.0)
            .setField(after.findFieldByName("optimizer"), "")
            .build();
    assertThat(ActionKeys.canonicalBytes(atDefault)).isEqualTo(old);
  }

  @Test
  void canonicalBytes_fieldsDeclaredInAnotherOrder_areTheSame()
      throws DescriptorValidationException {
    FieldDescriptorProto width = field("width", 1, FieldDescriptorProto.Type.TYPE_UINT32);
    FieldDescriptorProto depth = field("depth", 2, FieldDescriptorProto.Type.TYPE_UINT32);
    Descriptor one = type(width, depth);
    Descriptor other = type(depth, width);

    assertThat(ActionKeys.canonicalBytes(depth(width(one, 16), 3)))
        .isEqualTo(ActionKeys.canonicalBytes(depth(width(other, 16), 3)));
  }

  @Test
  void canonicalBytes_nan_isRefusedWithItsPath() {
    assertThatThrownBy(
            () ->
                ActionKeys.key(
                    train(TrainingRecipe.newBuilder().setLearningRate(Double.NaN).build())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Action.train_network.recipe.learning_rate");
    assertThatThrownBy(
            () ->
                ActionKeys.canonicalBytes(
                    TrainingCurve.newBuilder().addLoss(1).addLoss(Double.NaN).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TrainingCurve.loss[1]");
  }

  @Test
  void canonicalBytes_unknownField_isRefusedWithItsPath() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    Action nested = action(input("a", "1").toBuilder().setUnknownFields(unknown).build());
    Action outer = Action.newBuilder().setUnknownFields(unknown).build();

    assertThatThrownBy(() -> ActionKeys.key(nested))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Action.input[0]")
        .hasMessageContaining("99");
    assertThatThrownBy(() -> ActionKeys.key(outer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("99");
  }

  @Test
  void canonicalBytes_unknownEnumNumber_isRefusedWithItsPath() {
    Action action =
        Action.newBuilder()
            .setCollectRepresentation(CollectRepresentation.newBuilder().setDtypeValue(77))
            .build();

    assertThatThrownBy(() -> ActionKeys.key(action))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Action.collect_representation.dtype: 77");
  }

  @Test
  void canonicalBytes_mapField_isRefusedEvenIfEmpty() {
    assertThatThrownBy(() -> ActionKeys.canonicalBytes(Struct.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Struct.fields");
    assertThatThrownBy(
            () ->
                ActionKeys.canonicalBytes(
                    Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Value.struct_value.fields");
  }

  @Test
  void canonicalBytes_halfASurrogatePair_isRefusedWithItsPath() {
    assertThatThrownBy(() -> ActionKeys.key(action(input("a\uD83D", "1"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Action.input[0].role");
  }

  @Test
  void canonicalBytes_questionMark_isText() {
    Action action = Action.newBuilder().addInput(Input.newBuilder().setRole("why?")).build();

    assertThat(ActionKeys.canonicalBytes(action)).isEqualTo(action.toByteArray());
  }

  @Test
  void isPlain_canonicalBytesOfRandomActions_isTrue() {
    RandomMessages random = new RandomMessages(SEED);
    CanonicalBytes type = CanonicalBytes.of(Action.getDescriptor());
    for (int i = 0; i < 1000; i++) {
      Message action = random.next(Action.getDefaultInstance());

      assertThat(type.isPlain(action.toByteArray())).as("seed %s: %s", SEED, action).isTrue();
    }
  }

  private static void assertDistinct(Action... actions) {
    assertThat(actions).doesNotHaveDuplicates();
    assertThat(actions).extracting(ActionKeys::key).doesNotHaveDuplicates();
  }

  private static Action action(Input... inputs) {
    return Action.newBuilder().addAllInput(List.of(inputs)).build();
  }

  private static Input input(String role, String digest) {
    return Input.newBuilder().setRole(role).setDigest(ByteString.copyFromUtf8(digest)).build();
  }

  private static Action solve(SolveCopyStitch.Builder parameters) {
    return Action.newBuilder().setSolveCopyStitch(parameters).build();
  }

  private static SolveCopyStitch.Builder shapes(int[] sender, int[] receiver) {
    SolveCopyStitch.Builder parameters = SolveCopyStitch.newBuilder();
    for (int side : sender) {
      parameters.addSenderShape(side);
    }
    for (int side : receiver) {
      parameters.addReceiverShape(side);
    }
    return parameters;
  }

  private static Action train(TrainingRecipe recipe) {
    return Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setRecipe(recipe)).build();
  }

  private static FieldDescriptorProto field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .build();
  }

  private static Descriptor type(FieldDescriptorProto... fields)
      throws DescriptorValidationException {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("parameters.proto")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder().setName("Parameters").addAllField(List.of(fields)))
            .build();
    return FileDescriptor.buildFrom(file, new FileDescriptor[0]).getMessageTypes().get(0);
  }

  private static Message width(Descriptor type, int width) {
    return DynamicMessage.newBuilder(type).setField(type.findFieldByName("width"), width).build();
  }

  private static Message depth(Message message, int depth) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("depth");
    return message.toBuilder().setField(field, depth).build();
  }
}
