package io.stitchflow.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.print.PrintOptions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Headless Chromium with a report in it. */
final class Chromium implements AutoCloseable {
  private static final Path CHROMIUM =
      Path.of(System.getProperty("stitchflow.chromium", "/usr/bin/chromium"));
  private static final Path DRIVER =
      Path.of(System.getProperty("stitchflow.chromedriver", "/usr/bin/chromedriver"));
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HEIGHT = 1000;

  private final ChromeDriver driver;

  /**
   * Leaves tests out, and says so, where there is no Chromium; where the environment says {@code
   * CI=true} the tests run and fail instead.
   */
  static final class Needed implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String missing = missing();
      if (missing == null || "true".equals(System.getenv("CI"))) {
        return ConditionEvaluationResult.enabled("Chromium is there, or CI leaves no test out");
      }
      System.err.println("LEFT OUT: " + context.getDisplayName() + ": " + missing);
      return ConditionEvaluationResult.disabled(missing);
    }

    private static @Nullable String missing() {
      for (Path needed : List.of(CHROMIUM, DRIVER)) {
        if (!Files.isExecutable(needed)) {
          return needed
              + " is not there; install Debian's chromium and chromium-driver, or set"
              + " -Dstitchflow.chromium and -Dstitchflow.chromedriver";
        }
      }
      return null;
    }
  }

  Chromium() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    driver = new ChromeDriver(service, options);
    resize(1280);
  }

  /** Sets the width of the page, in CSS pixels. */
  void resize(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Lays pages out for a medium, {@code print} or {@code screen}. */
  void medium(String medium) {
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", medium));
  }

  /** Sets a feature of media queries, such as {@code prefers-color-scheme}. */
  void prefer(String feature, String value) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", feature, "value", value))));
  }

  /**
   * Opens a page and waits until all of it is drawn.
   *
   * @param fragment of the address, from {@code #}; may be empty
   */
  void open(Path page, String fragment) {
    driver.get("about:blank"); // else a new fragment would keep the page that is there
    driver.get(page.toUri() + fragment);
    awaitDrawing("");
  }

  String address() {
    return driver.getCurrentUrl();
  }

  /** What the page wrote to its console since the last call, and what it threw. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** The result of a script: a text, number or list. */
  Object evaluate(String script) {
    return Objects.requireNonNull(((JavascriptExecutor) driver).executeScript(script), script);
  }

  String text(String selector) {
    return find(selector).getText();
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> findAll(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** Chooses by its text, and waits until that is drawn. */
  void select(String name, String text) {
    String before = drawn();
    new Select(find("select[name=" + name + "]")).selectByVisibleText(text);
    awaitDrawing(before);
  }

  /** Clicks, and waits until what follows is drawn. */
  void click(WebElement element) {
    String before = drawn();
    element.click();
    awaitDrawing(before);
  }

  /** Presses keys, one after the other. */
  void press(Keys... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Moves the pointer onto an element. */
  void pointAt(WebElement element) {
    new Actions(driver).moveToElement(element).perform();
  }

  /** Clicks, and waits until that has saved a file in the directory, which was empty. */
  Path save(WebElement element, Path directory) {
    driver.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", directory.toString()));
    element.click();
    return new WebDriverWait(driver, PATIENCE)
        .until(
            ignored -> {
              try (Stream<Path> files = Files.list(directory)) {
                return files
                    .filter(file -> !file.toString().endsWith(".crdownload"))
                    .filter(file -> file.toFile().length() > 0)
                    .findFirst()
                    .orElse(null);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** Waits until the page fulfils a condition in JavaScript. */
  void await(String condition) {
    new WebDriverWait(driver, PATIENCE)
        .until(ignored -> evaluate("return " + condition).equals(true));
  }

  /** Memory of the page's process that no other shares, in MB. */
  double tabMegabytes() throws IOException {
    driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
    double largest = 0;
    List<ProcessHandle> processes = ProcessHandle.current().descendants().toList();
    for (ProcessHandle process : processes) {
      Path folder = Path.of("/proc", Long.toString(process.pid()));
      if (Files.readString(folder.resolve("cmdline")).contains("--type=renderer")) {
        for (String line : Files.readAllLines(folder.resolve("smaps_rollup"))) {
          if (line.startsWith("Private_Dirty:")) {
            largest = Math.max(largest, Double.parseDouble(line.replaceAll("\\D", "")) / 1000);
          }
        }
      }
    }
    return largest;
  }

  /** The page as PDF. */
  byte[] print() {
    return Base64.getDecoder().decode(driver.print(new PrintOptions()).getContent());
  }

  private String drawn() {
    return (String) evaluate("return document.documentElement.dataset.drawn ?? ''");
  }

  private void awaitDrawing(String before) {
    new WebDriverWait(driver, PATIENCE).until(ignored -> !drawn().equals(before));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
