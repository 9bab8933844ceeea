// A page as the engine writes it: one style sheet, light and dark, for a phone and for a desk; no
// script of its own, no fonts, nothing fetched.
//
// Colours  Series 0 to 9 have a colour each: the class series_class(k) on an element gives it to
//          what is inside. `.named` writes in it, `.key` is a dot of it before a name, `.none` is the
//          colour of what has none; shapes are
//          page/svg.hpp's.
// Tables   Put into `<div class="wide">` they scroll sideways where a phone has no room. `.number`
//          aligns figures, `.clear` stresses one, `.quiet` and `<small>` step back.
// Charts   `<div class="charts">` of time_charts.hpp's, each at most as wide as a phone and a half.
// Tiles    `<dl class="tiles">`: a few figures, `<strong>`, with what they are beside each other.
// Plots    `<div class="plots">` of `<figure>`s, as many beside each other as there is room for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

/// `title` is text, `body` is HTML.
std::string page_html(std::string_view title, std::string_view body);

/// "series s3"; from the eleventh on colours come again.
std::string series_class(std::size_t series);

}  // namespace engine
