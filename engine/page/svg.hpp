// Shapes of a drawing that stands in a page. Their classes are those of the page's style sheet
// (page.hpp); coordinates are in the drawing's own units and are written with one decimal.
#pragma once

#include <string>
#include <string_view>

namespace engine {

class Svg {
 public:
  /// `label` is what the drawing shows, for who cannot see it. One that is broader than a phone is
  /// moved sideways there instead of having its words made small.
  Svg(double width, double height, std::string_view label);

  /// All shapes from here to end() have the classes `css`, as series_class() gives them.
  void begin(std::string_view css);
  void end();

  enum class Anchor { kStart, kMiddle, kEnd };
  void text(double x, double y, std::string_view text, Anchor anchor = Anchor::kStart,
            bool is_tick = false);
  /// `tip`, where given, is shown to who points at it.
  void bar(double x, double y, double width, double height, std::string_view tip = "");
  void dot(double x, double y, double radius, bool is_faint = false, std::string_view tip = "");
  /// A part of a heat map: as dark as `share` (0..1) of the series' colour.
  void cell(double x, double y, double width, double height, double share, std::string_view tip);
  void grid_line(double x1, double y1, double x2, double y2);
  /// From place to place with a bend.
  void link(double x1, double y1, double x2, double y2, std::string_view tip);
  /// `path` of M and L commands.
  void curve(std::string_view path);
  /// What lies within a closed one, faint.
  void band(std::string_view path);

  /// The whole drawing.
  [[nodiscard]] std::string str() const;

 private:
  bool is_broad_;
  std::string text_;
};

/// "12.3": a coordinate.
std::string coordinate(double value);

}  // namespace engine
