package io.stitchflow.network.foreign;

/**
 * Something that is wrong with weights.
 *
 * @param field where, in {@code weights}: {@code file}, {@code name_map[1]}
 * @param text what is wrong; what to do
 */
public record Complaint(String field, String text) {}
