package io.stitchflow.stage;

import io.stitchflow.gc.Eviction;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the constant properties of a {@link StageDefinition}, whose accessors say what each means.
 * Without further calls the stage has no inputs, plain Java computes, its cost counts
 * multiply-accumulates, and its outputs are evicted by cost.
 */
public final class StageTraits {
  final String name;
  final int version;
  final Phase phase;
  final List<String> roles = new ArrayList<>();
  final List<StageOutput> outputs = new ArrayList<>();
  String noun = "";
  String plural = "";
  boolean usesTorch;
  boolean readsSourceFiles;
  boolean costIsArithmetic = true;
  Eviction eviction = Eviction.BY_COST;

  private StageTraits(String name, int version, Phase phase) {
    this.name = name;
    this.version = version;
    this.phase = phase;
  }

  public static StageTraits of(String name, int version, Phase phase) {
    return new StageTraits(name, version, phase);
  }

  /** What the stage makes, for people, in singular and plural. */
  public StageTraits makes(String one, String many) {
    noun = one;
    plural = many;
    return this;
  }

  /** Adds input roles; one {@code *} stands for any text. */
  public StageTraits reads(String... inputs) {
    roles.addAll(List.of(inputs));
    return this;
  }

  /** Adds an output; one {@code *} in its name stands for any text. */
  public StageTraits writes(String output, BlobFormat format) {
    outputs.add(new StageOutput(output, format));
    return this;
  }

  /** Libtorch computes. */
  public StageTraits withTorch() {
    usesTorch = true;
    return this;
  }

  /** Reads files outside the store. */
  public StageTraits fromSourceFiles() {
    readsSourceFiles = true;
    return this;
  }

  /** Its cost counts no multiply-accumulates. */
  public StageTraits withoutArithmetic() {
    costIsArithmetic = false;
    return this;
  }

  /** When its outputs may be evicted. */
  public StageTraits evicted(Eviction when) {
    eviction = when;
    return this;
  }
}
