#include "page/page.hpp"

#include "page/html.hpp"

namespace engine {
namespace {

constexpr std::size_t kColours = 10;

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --line: #c9ced6; --quiet: #5b6472; --ground: #fff; --text: #1b1f24; }
.s0 { --own: #2563a8; } .s1 { --own: #c2571a; } .s2 { --own: #047857; } .s3 { --own: #7c3aed; } .s4 { --own: #be185d; }
.s5 { --own: #0e7490; } .s6 { --own: #a16207; } .s7 { --own: #4d7c0f; } .s8 { --own: #475569; } .s9 { --own: #92400e; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a414b; --quiet: #9aa4b2; --ground: #14171b; --text: #e6e9ee; }
  .s0 { --own: #7db4ee; } .s1 { --own: #f0a06a; } .s2 { --own: #4fc79a; } .s3 { --own: #b497f5; } .s4 { --own: #ef7fb2; }
  .s5 { --own: #56c4d8; } .s6 { --own: #e5b94e; } .s7 { --own: #a3cf57; } .s8 { --own: #a7b3c4; } .s9 { --own: #d79a72; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; } h3 code { font-weight: 600; }
.quiet, small { color: var(--quiet); } .named { color: var(--own); }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em; background: var(--own); }
p, li { max-width: 52rem; }
.wide, pre { overflow-x: auto; } .wide + .wide, .wide + .charts, .charts + .wide { margin-top: 1.2rem; }
pre { padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .3rem; } code, pre { font: 13px/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; } .clear { font-weight: 600; }
.figures th, .figures td { white-space: nowrap; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.5rem), 1fr)); gap: 1.2rem 1.6rem; align-items: start; }
.charts svg { max-width: 30rem; margin: .4rem 0; } .charts > * { min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .8rem 1.2rem; margin: 1rem 0; }
.tiles dt { color: var(--quiet); } .tiles dd { margin: 0; } .tiles strong { font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.keys { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .3rem 0; padding: 0; list-style: none; }
.missing { border-left: .25rem solid var(--line); padding-left: .8rem; }
summary { color: var(--quiet); cursor: pointer; font-size: 13px; }
figure { margin: 0; } figcaption { font-weight: 600; } figcaption small { font-weight: 400; }
svg { display: block; width: 100%; max-width: 60rem; height: auto; } svg text { fill: var(--text); font: 12.5px system-ui, sans-serif; }
.plots svg { max-width: 30rem; } .plots > * { min-width: 0; } svg.broad { min-width: 42rem; }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; } svg .tick { fill: var(--quiet); }
.bar { fill: var(--own); } .dot { fill: var(--own); } .faint { opacity: .35; }
.none { --own: var(--line); } .band { fill: var(--own); fill-opacity: .16; }
.curve { stroke: var(--own); fill: none; stroke-width: 1.8; } .link { stroke: var(--quiet); stroke-opacity: .55; fill: none; }
.grid { stroke: var(--line); stroke-width: .8; }
)css";

}  // namespace

std::string series_class(std::size_t series) {
  return "series s" + std::to_string(series % kColours);
}

std::string page_html(std::string_view title, std::string_view body) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  page += html_escaped(title);
  page += "</title>\n<style>";
  page += kStyle;
  page += "</style>\n</head>\n<body>\n<main>\n";
  page += body;
  page += "</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace engine
