package io.stitchflow.report.cells;

import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Interpolated;
import io.stitchflow.v1.LaterCut;
import io.stitchflow.v1.Measurement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Several numbers in one field of a table: {@code layer3.0=0.75;layer4.0=0.875}; empty if none. */
final class Lists {
  private Lists() {}

  /** Of the cuts whose representation varies, in order. */
  static String laterVanilla(Measurement measurement) {
    return measurement.getLaterList().stream()
        .filter(LaterCut::hasVanillaR2)
        .map(cut -> cut.getCut() + "=" + Numbers.exact(cut.getVanillaR2()))
        .collect(Collectors.joining(";"));
  }

  static String laterCopy(Measurement measurement) {
    return measurement.getLaterList().stream()
        .filter(LaterCut::hasCopyR2)
        .map(cut -> cut.getCut() + "=" + Numbers.exact(cut.getCopyR2()))
        .collect(Collectors.joining(";"));
  }

  static String accuracies(Measurement measurement) {
    return measurement.getInterpolatedList().stream()
        .map(each -> Numbers.exact(each.getT()) + "=" + accuracy(each.getEvaluation()))
        .collect(Collectors.joining(";"));
  }

  static String crossEntropies(Measurement measurement) {
    return measurement.getInterpolatedList().stream()
        .map(
            each ->
                Numbers.exact(each.getT())
                    + "="
                    + Numbers.exact(each.getEvaluation().getCrossEntropy()))
        .collect(Collectors.joining(";"));
  }

  private static String accuracy(Evaluation evaluation) {
    return Numbers.exact(
        (double) evaluation.getCorrect() / Integer.toUnsignedLong(evaluation.getExamples()));
  }

  /** Puts the numbers of {@link #laterVanilla} and {@link #laterCopy} back. */
  static void readLater(Measurement.Builder measurement, String vanilla, String copy) {
    Map<String, LaterCut.Builder> cuts = new LinkedHashMap<>();
    read(vanilla)
        .forEach(
            (cut, r2) ->
                cuts.computeIfAbsent(cut, name -> LaterCut.newBuilder().setCut(name))
                    .setVanillaR2(r2));
    read(copy)
        .forEach(
            (cut, r2) ->
                cuts.computeIfAbsent(cut, name -> LaterCut.newBuilder().setCut(name))
                    .setCopyR2(r2));
    cuts.values().forEach(measurement::addLater);
  }

  /** Puts the numbers of {@link #accuracies} and {@link #crossEntropies} back. */
  static void readInterpolated(
      Measurement.Builder measurement, String accuracies, String crossEntropies) {
    int examples = measurement.getExamples();
    Map<String, Double> losses = read(crossEntropies);
    read(accuracies)
        .forEach(
            (t, accuracy) ->
                measurement.addInterpolated(
                    Interpolated.newBuilder()
                        .setT(Double.parseDouble(t))
                        .setEvaluation(
                            Evaluation.newBuilder()
                                .setExamples(examples)
                                .setCorrect(
                                    (int) Math.round(accuracy * Integer.toUnsignedLong(examples)))
                                .setCrossEntropy(losses.getOrDefault(t, 0.)))));
  }

  private static Map<String, Double> read(String list) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    if (!list.isEmpty()) {
      for (String entry : list.split(";", -1)) {
        int sign = entry.indexOf('=');
        if (sign < 0) {
          throw new IllegalArgumentException("not of the form name=number: '" + entry + "'");
        }
        numbers.put(entry.substring(0, sign), Double.valueOf(entry.substring(sign + 1)));
      }
    }
    return numbers;
  }
}
