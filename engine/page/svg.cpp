#include "page/svg.hpp"

#include <cstdio>

#include "page/html.hpp"

namespace engine {
namespace {

constexpr double kPhoneWidth = 400;

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

/// The end of an element, with what is shown to who points at it.
std::string closed(const char* element, std::string_view tip) {
  if (tip.empty()) return "/>\n";
  return "><title>" + html_escaped(tip) + "</title></" + element + ">\n";
}

const char* anchor_class(Svg::Anchor anchor) {
  switch (anchor) {
    case Svg::Anchor::kStart:
      return "";
    case Svg::Anchor::kMiddle:
      return "middle";
    case Svg::Anchor::kEnd:
      return "end";
  }
  return "";
}

}  // namespace

std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

Svg::Svg(double width, double height, std::string_view label) : is_broad_(width > kPhoneWidth) {
  if (is_broad_) text_ += "<div class=\"wide\">";
  text_ += "<svg viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) + "\"" +
           (is_broad_ ? " class=\"broad\"" : "") + " role=\"img\" aria-label=\"" +
           html_escaped(label) + "\">\n";
}

std::string Svg::str() const {
  return text_ + (is_broad_ ? "</svg></div>\n" : "</svg>\n");
}

void Svg::begin(std::string_view css) {
  text_ += "<g class=\"" + html_escaped(css) + "\">\n";
}

void Svg::end() {
  text_ += "</g>\n";
}

void Svg::text(double x, double y, std::string_view text, Anchor anchor, bool is_tick) {
  std::string css = anchor_class(anchor);
  if (is_tick) css += css.empty() ? "tick" : " tick";
  text_ += "<text" + attribute("x", x) + attribute("y", y);
  if (!css.empty()) text_ += " class=\"" + css + "\"";
  text_ += ">" + html_escaped(text) + "</text>\n";
}

void Svg::bar(double x, double y, double width, double height, std::string_view tip) {
  text_ += "<rect class=\"bar\"" + attribute("x", x) + attribute("y", y) +
           attribute("width", width) + attribute("height", height) + closed("rect", tip);
}

void Svg::dot(double x, double y, double radius, bool is_faint, std::string_view tip) {
  text_ += std::string("<circle class=\"dot") + (is_faint ? " faint\"" : "\"") +
           attribute("cx", x) + attribute("cy", y) + attribute("r", radius) + closed("circle", tip);
}

void Svg::cell(double x, double y, double width, double height, double share,
               std::string_view tip) {
  char opacity[48];
  std::snprintf(opacity, sizeof opacity, " fill-opacity=\"%.2f\"", 0.04 + 0.96 * share);
  text_ += "<rect class=\"bar\"" + attribute("x", x) + attribute("y", y) +
           attribute("width", width) + attribute("height", height) + opacity + closed("rect", tip);
}

void Svg::grid_line(double x1, double y1, double x2, double y2) {
  text_ += "<line class=\"grid\"" + attribute("x1", x1) + attribute("y1", y1) +
           attribute("x2", x2) + attribute("y2", y2) + "/>\n";
}

void Svg::link(double x1, double y1, double x2, double y2, std::string_view tip) {
  const double bend = (x2 - x1) * 0.4;
  text_ += "<path class=\"link\" d=\"M" + coordinate(x1) + " " + coordinate(y1) + " C" +
           coordinate(x1 + bend) + " " + coordinate(y1) + " " + coordinate(x2 - bend) + " " +
           coordinate(y2) + " " + coordinate(x2) + " " + coordinate(y2) + "\"" +
           closed("path", tip);
}

void Svg::curve(std::string_view path) {
  text_ += "<path class=\"curve\" d=\"";
  text_ += path;
  text_ += "\"/>\n";
}

void Svg::band(std::string_view path) {
  text_ += "<path class=\"band\" d=\"";
  text_ += path;
  text_ += "\"/>\n";
}

}  // namespace engine
