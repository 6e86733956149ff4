package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Quantities;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.cells.Split;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportNetwork;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class HeatMapTest {
  private static final Quantity VANILLA_ACCURACY = Metrics.quantity("vanilla_accuracy");
  private static final Quantity R2_VANILLA = Metrics.quantity("r2_vanilla");
  private static final Quantity R2_COPY = Metrics.quantity("r2_copy");
  private static final Quantity EV = Metrics.quantity("ev");
  private static final ReportNetwork A = network("a", "stem", "layer1.0");
  private static final ReportNetwork B = network("b<&\">", "stem", "layer1.0", "layer2.0");

  @Test
  void heatMap_nonSquareWithMissingCell_drawsEveryCellWithItsValue() throws Exception {
    Document svg = draw(VANILLA_ACCURACY, 0.9, 0.5, 0.0, 1.0, 0.25);
    assertThat(values(svg)).containsExactly("0.900", "0.500", "0", "1.000", "0.250");
    assertThat(tips(svg))
        .containsExactly(
            "stem → stem: 0.9",
            "stem → layer1.0: 0.5",
            "stem → layer2.0: 0.0",
            "layer1.0 → stem: 1.0",
            "layer1.0 → layer1.0: 0.25",
            "layer1.0 → layer2.0: not measured");
  }

  @Test
  void heatMap_accuracyOfOne_hasTheLastColourAndDarkInk() throws Exception {
    Document svg = draw(VANILLA_ACCURACY, 0.9, 0.5, 0.0, 1.0);
    Element cell = cells(svg).get(3);
    assertThat(child(cell, "rect").getAttribute("fill")).isEqualTo("#fde725");
    assertThat(child(cell, "text").getAttribute("fill")).isEqualTo("#000000");
    Element dark = cells(svg).get(2);
    assertThat(child(dark, "rect").getAttribute("fill")).isEqualTo("#440154");
    assertThat(child(dark, "text").getAttribute("fill")).isEqualTo("#ffffff");
  }

  @Test
  void heatMap_negativeR2_hasTheColourOfZeroAndItsTrueValue() throws Exception {
    // EV 3 of variance 2
    Document svg = draw(R2_VANILLA, 3.0);
    Element cell = cells(svg).get(0);
    assertThat(child(cell, "rect").getAttribute("fill")).isEqualTo("#440154");
    assertThat(child(cell, "text").getTextContent()).isEqualTo("−0.500");
  }

  @Test
  void heatMap_errors_areScaledToTheLargest() throws Exception {
    Document svg = draw(EV, 4.0, 0.0, 2.0);
    assertThat(child(cells(svg).get(0), "rect").getAttribute("fill")).isEqualTo("#000004");
    assertThat(child(cells(svg).get(1), "rect").getAttribute("fill")).isEqualTo("#fcfdbf");
    assertThat(child(cells(svg).get(2), "rect").getAttribute("fill")).isEqualTo("#b73779");
    assertThat(text(svg)).contains("4.000", "3.000", "1.000");
  }

  @Test
  void heatMap_diverged_saysSoAndStaysOutOfTheScale() throws Exception {
    Document svg = draw(EV, Double.NaN, 2.0, Double.POSITIVE_INFINITY);
    assertThat(values(svg)).containsExactly("–", "2.000", "inf");
    assertThat(child(cells(svg).get(1), "rect").getAttribute("fill")).isEqualTo("#000004");
  }

  @Test
  void heatMap_accuracy_marksChance() {
    Matrix matrix = matrix(VANILLA_ACCURACY, 0.9);
    HeatMap ofTen = heatMap(VANILLA_ACCURACY);
    HeatMap ofHundred =
        new HeatMap(ofTen.title(), ofTen.subtitle(), ofTen.pair(), ofTen.quantity(), 0.01);
    // The colour bar is 128 high and starts at 54; its labels stand 4 lower: 54 + 128 * 0.9 + 4
    assertThat(ofTen.draw(matrix)).contains("y=\"173.2\">chance<");
    assertThat(ofHundred.draw(matrix)).contains("y=\"184.72\">chance<");
  }

  @Test
  void heatMap_namesOfNetworks_areEscapedAndNamed() throws Exception {
    Document svg = draw(VANILLA_ACCURACY, 0.9);
    assertThat(text(svg))
        .contains("sender a: cut", "receiver b<&\">: cut replaced", "Vanilla accuracy", "a to <b>");
  }

  @Test
  void heatMap_any_standsAlone() throws Exception {
    String svg = heatMap(VANILLA_ACCURACY).draw(matrix(VANILLA_ACCURACY, 0.9));
    assertThat(svg).startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    assertThat(svg.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("script", "href", "http", " id=", "class=", "style");
  }

  @Test
  void heatMap_twoSeedsOfAnError_showsTheirMedianAndRange() {
    List<Cell> cells = new ArrayList<>(cells(EV, 1.0));
    cells.addAll(cells(EV, 2.0));
    Matrix matrix = Matrix.of(cells, A.getCutList(), B.getCutList(), EV);
    assertThat(matrix.value(0, 0)).isEqualTo(1.5);
    assertThat(heatMap(EV).draw(matrix)).contains("1.5, range 1.000 to 2.000 over 2 seeds");
  }

  @Test
  void heatMap_oneDivergedSeedOfThree_doesNotDecideTheError() {
    List<Cell> cells = new ArrayList<>(cells(EV, 1.0));
    cells.addAll(cells(EV, 1e9));
    cells.addAll(cells(EV, 2.0));
    assertThat(Matrix.of(cells, A.getCutList(), B.getCutList(), EV).value(0, 0)).isEqualTo(2);
  }

  @Test
  void heatMap_notConvergedCell_hasADaggerAndSaysWhy() throws Exception {
    List<Cell> cells = cells(VANILLA_ACCURACY, 0.9, 0.5);
    cells.set(1, cells.get(1).with(new Shared(0.25, null)));
    Matrix matrix = Matrix.of(cells, A.getCutList(), B.getCutList(), VANILLA_ACCURACY);
    Document svg = parse(heatMap(VANILLA_ACCURACY).draw(matrix));
    assertThat(values(svg)).containsExactly("0.900", "0.500†");
    assertThat(tips(svg)).contains("stem → stem: 0.9", "stem → layer1.0: 0.5; not converged");
    assertThat(matrix.marked()).isEqualTo(1);
  }

  @Test
  void heatMap_overfittedCopy_isMarkedInMapsOfTheCopyOnly() throws Exception {
    List<Cell> cells = cells(EV, 1.0);
    cells.set(0, cells.get(0).with(new Shared(-0.5, 0.11)));
    assertThat(Matrix.of(cells, A.getCutList(), B.getCutList(), EV).marked()).isZero();
    assertThat(Matrix.of(cells, A.getCutList(), B.getCutList(), R2_COPY).marked()).isEqualTo(1);
  }

  private static ReportNetwork network(String name, String... cuts) {
    return ReportNetwork.newBuilder().setName(name).addAllCut(List.of(cuts)).build();
  }

  private static HeatMap heatMap(Quantity quantity) {
    return new HeatMap(Quantities.mapTitle(quantity), "a to <b>", new Pair(A, B), quantity, 0.1);
  }

  private static Matrix matrix(Quantity quantity, double... values) {
    return Matrix.of(cells(quantity, values), A.getCutList(), B.getCutList(), quantity);
  }

  /** Row by row; vanilla accuracies, or EVs of variance 2. */
  private static List<Cell> cells(Quantity quantity, double... values) {
    List<Cell> cells = new ArrayList<>();
    for (int k = 0; k < values.length; k++) {
      boolean accuracy = quantity.equals(VANILLA_ACCURACY);
      cells.add(
          new Cell(
              Fixtures.place(
                  Condition.TRAINED_TRAINED, "a", A.getCut(k / 3), "b<&\">", B.getCut(k % 3)),
              Split.TEST,
              MeasuredValues.of(
                  Fixtures.comparison(accuracy ? values[k] : 0, 0, accuracy ? 0 : values[k], 0, 2)
                      .getTest()),
              Digest.of(new byte[0]),
              Shared.NONE));
    }
    return cells;
  }

  private static Document draw(Quantity quantity, double... values) throws Exception {
    return parse(heatMap(quantity).draw(matrix(quantity, values)));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newDefaultNSInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  /** The groups that have a tool tip, one a cell. */
  private static List<Element> cells(Document svg) {
    return elements(svg.getElementsByTagName("g")).stream()
        .filter(
            group ->
                group.getParentNode() instanceof Element parent && parent.getTagName().equals("g"))
        .toList();
  }

  private static List<String> tips(Document svg) {
    return cells(svg).stream().map(cell -> child(cell, "title").getTextContent()).toList();
  }

  private static List<String> values(Document svg) {
    return cells(svg).stream()
        .flatMap(cell -> elements(cell.getElementsByTagName("text")).stream())
        .map(Element::getTextContent)
        .toList();
  }

  private static List<String> text(Document svg) {
    return elements(svg.getElementsByTagName("text")).stream()
        .map(Element::getTextContent)
        .toList();
  }

  private static Element child(Element parent, String name) {
    return elements(parent.getElementsByTagName(name)).get(0);
  }

  private static List<Element> elements(NodeList nodes) {
    List<Element> elements = new ArrayList<>();
    for (int k = 0; k < nodes.getLength(); k++) {
      elements.add((Element) nodes.item(k));
    }
    return elements;
  }
}
