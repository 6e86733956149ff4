package io.stitchflow.report.figure;

import io.stitchflow.report.cells.Numbers;

/**
 * SVG text, written by hand: elements without ids, so that many can stand in one page. Lengths are
 * pixels, written to a hundredth. {@code paint} is attributes as SVG writes them, of our own only.
 */
public final class Svg {
  private final StringBuilder text = new StringBuilder();

  public static Svg start(double width, double height, String paint) {
    Svg svg = new Svg();
    String w = number(width);
    String h = number(height);
    svg.text.append("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    svg.text.append(" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " + h);
    svg.text.append("\" role=\"img\" ").append(paint).append(">\n");
    return svg;
  }

  public String end() {
    return text.append("</svg>\n").toString();
  }

  public Svg open(String paint) {
    text.append("<g").append(paint.isEmpty() ? "" : " ").append(paint).append(">\n");
    return this;
  }

  public Svg close() {
    text.append("</g>\n");
    return this;
  }

  /** What the element that it stands in is, for screen readers and as a tool tip. */
  public Svg title(String characters) {
    text.append("<title>").append(escape(characters)).append("</title>\n");
    return this;
  }

  public Svg rectangle(double x, double y, double width, double height, String paint) {
    text.append("<rect x=\"").append(number(x)).append("\" y=\"").append(number(y));
    text.append("\" width=\"").append(number(width)).append("\" height=\"").append(number(height));
    text.append("\" ").append(paint).append("/>\n");
    return this;
  }

  public Svg circle(double x, double y, double radius, String paint) {
    text.append("<circle cx=\"").append(number(x)).append("\" cy=\"").append(number(y));
    text.append("\" r=\"").append(number(radius)).append("\" ").append(paint).append("/>\n");
    return this;
  }

  public Svg line(double x1, double y1, double x2, double y2, String paint) {
    text.append("<line x1=\"").append(number(x1)).append("\" y1=\"").append(number(y1));
    text.append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2));
    text.append("\" ").append(paint).append("/>\n");
    return this;
  }

  /** Text whose base line starts, or whose anchor lies, at (x, y). */
  public Svg text(double x, double y, String paint, String characters) {
    text.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
    text.append('"').append(paint.isEmpty() ? "" : " ").append(paint).append('>');
    text.append(escape(characters)).append("</text>\n");
    return this;
  }

  /** Text turned counter-clockwise about its anchor at (x, y). */
  public Svg turned(double x, double y, int degrees, String paint, String characters) {
    String place = number(x) + " " + number(y);
    return text(x, y, "transform=\"rotate(-" + degrees + " " + place + ")\" " + paint, characters);
  }

  /** Fit for content and for attributes in double quotes. */
  static String escape(String characters) {
    return characters
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String number(double length) {
    String digits = Numbers.fixed(length, 2);
    return digits.replaceAll("\\.?0+$", "");
  }
}
