package io.stitchflow.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.report.ReportPreview;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.Color;

/** The report's page as a reader has it: it needs no network, and shows what the files say. */
@ExtendWith(Chromium.Needed.class)
class ReportPageTest {
  private static final int LETTER_WIDTH = 980; // landscape, without the margins, in CSS pixels
  private static final MathContext FOUR = new MathContext(4, RoundingMode.HALF_EVEN);
  private static final String CELL = "#explore-maps td[data-i='1'][data-j='2']";

  @TempDir static Path directory;
  private static Chromium browser;

  @BeforeAll
  static void open() throws IOException {
    ReportPreview.main(new String[] {directory.toString()});
    browser = new Chromium();
  }

  @AfterAll
  static void close() {
    browser.close();
  }

  @AfterEach
  void page_always_writesNothingToTheConsole() {
    assertThat(browser.console()).isEmpty();
    browser.resize(1280);
    browser.medium("screen");
    browser.prefer("prefers-color-scheme", "light");
  }

  @ParameterizedTest
  @CsvSource({"small,1280", "small,800", "small,400", "large,1280", "large,400", "full,400"})
  void page_anyWidth_needsNoSidewaysScrolling(String report, int width) {
    browser.resize(width);
    browser.open(page(report), "");
    assertThat(overflow()).isEqualTo(0L);
  }

  /** With everything that is folded away. */
  private static Object overflow() {
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true); return 0");
    return browser.evaluate(
        "const page = document.documentElement; return page.scrollWidth - page.clientWidth");
  }

  @Test
  void verdicts_at1280_areWhollyVisible() {
    browser.open(page("small"), "");
    assertThat(
            browser.evaluate(
                "return [...document.querySelectorAll('td.verdict')].filter(cell =>"
                    + " cell.getBoundingClientRect().right > innerWidth).length"))
        .isEqualTo(0L);
    assertThat(browser.findAll("td.verdict")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "full", "judged"})
  void cell_chosen_showsTheNumbersOfItsRows(String report) throws IOException {
    browser.open(page(report), "");
    browser.click(browser.find("#explore-maps td[data-i='0'][data-j='1']"));
    String first = csv(report).get(0).get("sender");
    List<CSVRecord> rows =
        csv(report).stream()
            .filter(row -> row.get("condition").equals("trained_trained"))
            .filter(row -> row.get("sender").equals(first) && row.get("receiver").equals(first))
            .filter(row -> row.get("sender_cut").equals("stem"))
            .filter(row -> row.get("receiver_cut").equals("layer1.0"))
            .toList();
    assertThat(browser.text("#explore-cell h3")).endsWith("stem → layer1.0");
    assertThat(browser.findAll("#explore-cell figcaption"))
        .extracting(WebElement::getText)
        .contains("Training of the vanilla stitch");
    List<WebElement> lines = browser.findAll("#explore-cell tr[data-quantity]");
    assertThat(lines).hasSizeGreaterThan(15);
    for (WebElement line : lines) {
      String quantity = line.getDomAttribute("data-quantity");
      for (CSVRecord row : rows) {
        By split = By.cssSelector("td[data-split=" + row.get("split") + "]");
        assertThat(line.findElement(split).getText())
            .as(quantity)
            .isEqualTo(four(row.get(quantity)));
      }
    }
  }

  @Test
  void heatMap_saved_isAPngWithTheColoursOfItsCells(@TempDir Path downloads) throws IOException {
    browser.open(page("small"), "");
    Path saved = browser.save(browser.find("#explore-maps button.save"), downloads);
    assertThat(saved.getFileName().toString()).startsWith("vanilla-accuracy-").endsWith(".png");
    BufferedImage image = ImageIO.read(saved.toFile());
    Map<Integer, Integer> pixels = new HashMap<>();
    for (int color :
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
      pixels.merge(color & 0xffffff, 1, Integer::sum);
    }
    List<WebElement> cells = browser.findAll("#explore-maps figure:first-child td[data-i]");
    assertThat(cells).hasSizeGreaterThan(8);
    for (WebElement cell : cells) {
      int color = Color.fromString(cell.getCssValue("background-color")).getColor().getRGB();
      assertThat(pixels).as(cell.getText()).containsKey(color & 0xffffff);
      // At least half of a cell; the rest is its number
      assertThat(pixels.get(color & 0xffffff)).isGreaterThan(58 * 2 * 34 * 2 / 2);
    }
  }

  @Test
  void choosers_metricSolverSeedAndSplit_decideWhatTheMapShows() throws IOException {
    browser.open(page("large"), "");
    browser.select("pair", "resnet18 → resnet34");
    browser.select("condition", "random → trained");
    browser.select("metric", "Copy accuracy");
    browser.select("solver", "SGD");
    browser.select("seed", "2");
    browser.select("split", "train");
    CSVRecord row =
        csv("large").stream()
            .filter(each -> each.get("condition").equals("random_trained"))
            .filter(each -> each.get("sender").equals("resnet18"))
            .filter(each -> each.get("receiver").equals("resnet34"))
            .filter(each -> each.get("copy_solver").equals("sgd"))
            .filter(each -> each.get("seed").equals("2") && each.get("split").equals("train"))
            .filter(each -> each.get("sender_cut").equals("layer1.0"))
            .filter(each -> each.get("receiver_cut").equals("layer1.1"))
            .findFirst()
            .orElseThrow();
    assertThat(browser.find(CELL).getDomAttribute("aria-label"))
        .startsWith("layer1.0 → layer1.1: " + four(row.get("copy_accuracy")));
  }

  @Test
  void map_besideAnother_hasTheirDifference() {
    browser.open(page("small"), "");
    browser.select("beside", "the same on train examples");
    List<WebElement> cells = browser.findAll(CELL);
    assertThat(cells).hasSize(3);
    double[] numbers = cells.stream().mapToDouble(ReportPageTest::number).toArray();
    assertThat(numbers[2]).isCloseTo(numbers[0] - numbers[1], within(1e-3));
    browser.select("beside", "all conditions");
    assertThat(browser.findAll("#explore-maps table")).hasSize(4);
  }

  @Test
  void address_ofAView_givesTheSameView() {
    browser.open(page("large"), "");
    browser.select("pair", "resnet34 → resnet18");
    browser.select("metric", "R² of the copy stitch");
    browser.click(browser.find(CELL));
    String map = browser.text("#explore-maps");
    String cell = browser.text("#explore-cell");
    String address = browser.address();
    assertThat(address).contains("metric=r2_copy");
    browser.open(page("large"), address.substring(address.indexOf('#')));
    assertThat(browser.text("#explore-maps")).isEqualTo(map);
    assertThat(browser.text("#explore-cell")).isEqualTo(cell).contains("layer1.0 → layer1.1");
  }

  @Test
  void address_thatNamesNothingHere_isDrawnAsTheFirstView() {
    String fragment =
        "#pair=none&metric=toString&cell=a" + URLEncoder.encode(" → b", StandardCharsets.UTF_8);
    browser.open(page("small"), fragment);
    assertThat(browser.text("#explore-maps figcaption")).contains("Vanilla accuracy", "a → a");
    assertThat(browser.text("#explore-cell")).startsWith("Point at a cell");
  }

  @Test
  void keyboard_tabulatorArrowsAndEnter_choosesACell() {
    browser.open(page("small"), "");
    browser.evaluate("document.querySelector('#explore-maps td[data-i]').focus(); return 0");
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT);
    browser.press(Keys.ENTER);
    browser.await("document.querySelector('#explore-cell code') !== null");
    assertThat(browser.text("#explore-cell h3")).endsWith("layer1.0 → layer1.0");
    browser.press(Keys.ARROW_DOWN, Keys.ENTER);
    browser.await("location.hash.includes('layer2.0')");
    browser.await("document.querySelector('#explore-cell h3').textContent.includes('layer2.0')");
    assertThat(browser.text("#explore-cell h3")).endsWith("layer2.0 → layer1.0");
    assertThat(browser.findAll("#explore-maps td[tabindex='0']")).hasSize(1);
  }

  @Test
  void pointer_overACell_showsItAndLeavesTheAddress() {
    browser.open(page("small"), "");
    String before = browser.address();
    browser.pointAt(browser.find(CELL));
    browser.await("document.querySelector('#explore-cell h3') !== null");
    assertThat(browser.text("#explore-cell h3")).endsWith("layer1.0 → layer2.0");
    assertThat(browser.address()).isEqualTo(before);
  }

  @Test
  void pairs_chosenInTheirGrid_areDrawn() {
    browser.open(page("small"), "");
    browser.click(browser.find("#explore-pairs td[data-i='1'][data-j='0']"));
    assertThat(browser.text("#explore-maps figcaption")).contains("b → a");
  }

  @Test
  void cells_filteredAndSorted_areThoseOfTheFile() throws IOException {
    browser.open(page("small"), "");
    browser.find("#explore-filter").sendKeys("b → a layer4.0");
    browser.await(
        "document.querySelector('#explore-cells .note').textContent.startsWith('5 of 5')");
    browser.findAll("#explore-cells th button").get(4).click();
    browser.await("document.querySelector('#explore-cells [aria-sort=ascending]') !== null");
    List<Double> shown =
        browser.findAll("#explore-cells tbody td:nth-child(5)").stream()
            .map(ReportPageTest::number)
            .toList();
    List<Double> expected =
        csv("small").stream()
            .filter(row -> row.get("condition").equals("trained_trained"))
            .filter(row -> row.get("sender").equals("b") && row.get("receiver").equals("a"))
            .filter(row -> row.get("sender_cut").equals("layer4.0"))
            .filter(row -> row.get("split").equals("test"))
            .map(row -> Double.parseDouble(row.get("vanilla_accuracy")))
            .sorted()
            .toList();
    assertThat(shown).isEqualTo(expected).hasSize(5);
  }

  @Test
  void cell_withAllMetrics_hasItsPlots() {
    browser.open(page("full"), "");
    browser.click(browser.find("#explore-maps td[data-i]"));
    assertThat(browser.text("#explore-cell"))
        .contains(
            "Matching front, test",
            "Training of the vanilla stitch",
            "R² at later cuts, test",
            "Between vanilla (0) and copy (1)");
    assertThat(browser.findAll("#explore-cell svg.plot")).hasSize(4);
  }

  @Test
  void verdicts_asMap_nameTheVerdictOfEachCell() {
    browser.open(page("judged"), "");
    browser.select("metric", "Verdict");
    assertThat(browser.findAll("#explore-maps td[data-i]"))
        .extracting(WebElement::getText)
        .containsExactly("as well", "costs", "not conv.", "as well");
    assertThat(browser.findAll("#explore-maps td[data-i]"))
        .extracting(cell -> cell.getDomAttribute("aria-label"))
        .first()
        .isEqualTo("stem → stem: a matching stitch works as well");
    assertThat(browser.findAll("#explore-maps .verdicts li")).hasSize(3);
  }

  @Test
  void costOfMatching_withoutAVerdictAboutMatching_isHatched() {
    browser.open(page("judged"), "");
    browser.select("metric", "Cost of matching: accuracy lost");
    assertThat(browser.text("#explore-maps figcaption")).contains("hatched: no verdict");
    assertThat(browser.findAll("#explore-maps td.missing"))
        .extracting(cell -> cell.getDomAttribute("aria-label"))
        .containsExactly("layer1.0 → stem: 0.25; not converged");
    browser.select("metric", "Copy accuracy");
    assertThat(browser.findAll("#explore-maps td.missing")).isEmpty();
  }

  @Test
  void names_withMarkup_areText() {
    browser.open(page("full"), "");
    assertThat(browser.evaluate("return typeof window.hacked")).isEqualTo("undefined");
    assertThat(browser.text("h1")).isEqualTo(ReportPreview.HOSTILE);
    assertThat(browser.text("#explore-maps figcaption")).contains(ReportPreview.HOSTILE);
    assertThat(browser.findAll("img")).isEmpty();
    browser.click(browser.find(CELL));
    browser.open(page("full"), browser.address().replaceFirst("^[^#]*", ""));
    assertThat(browser.text("#explore-maps figcaption")).contains(ReportPreview.HOSTILE);
    assertThat(browser.text("#explore-cell h3")).endsWith("layer1.0 → layer2.0");
  }

  @Test
  void dark_isDarkAndHasContrast() {
    browser.prefer("prefers-color-scheme", "dark");
    browser.open(page("small"), "");
    assertThat(browser.evaluate("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(23, 25, 28)");
    for (String scheme : List.of("dark", "light")) {
      browser.prefer("prefers-color-scheme", scheme);
      for (String selector : List.of("body", ".note", "a", "#explore-maps th", "thead th")) {
        assertThat((Double) browser.evaluate(contrast(selector)))
            .as(scheme + " " + selector)
            .isGreaterThan(4.5);
      }
    }
  }

  @Test
  void print_small_hasVerdictsMapsAndWhatIsFoldedAway() throws IOException {
    browser.open(page("small"), "");
    try (PDDocument pdf = Loader.loadPDF(browser.print())) {
      String text = new PDFTextStripper().getText(pdf);
      assertThat(text)
          .contains("Verdicts by kind of pair and region", "receiver a: cut replaced")
          .contains(browser.find(CELL).getText())
          .contains("numbers behind the verdicts", "R² vanilla", "Networks and their training");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "full", "judged"})
  void print_onPaperOfTheLeastWidth_cutsNoColumnOff(String report) {
    browser.medium("print");
    browser.resize(LETTER_WIDTH);
    browser.open(page(report), "");
    assertThat(overflow()).isEqualTo(0L);
  }

  /** Contrast of an element's text on the background that it stands on, by WCAG 2. */
  private static String contrast(String selector) {
    return """
        const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
        const luminance = (color) => numbers(color).slice(0, 3)
          .map((c) => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        let element = document.querySelector('%s');
        const ink = luminance(getComputedStyle(element).color);
        const background = () => getComputedStyle(element).backgroundColor;
        while (numbers(background()).length > 3) element = element.parentElement;
        const paper = luminance(background());
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) + 1e-9;
        """
        .formatted(selector);
  }

  private static Path page(String report) {
    return directory.resolve(report).resolve("out/report.html");
  }

  private static List<CSVRecord> csv(String report) throws IOException {
    Path file = directory.resolve(report).resolve("out/cells.csv");
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      return parser.getRecords();
    }
  }

  /** As the page writes a number of the file. */
  private static String four(String exact) {
    return exact.isEmpty()
        ? "–"
        : new BigDecimal(exact).round(FOUR).stripTrailingZeros().toPlainString().replace('-', '−');
  }

  private static double number(WebElement cell) {
    return Double.parseDouble(cell.getText().replaceAll("[†‡]", "").replace('−', '-'));
  }
}
