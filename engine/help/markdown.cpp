#include "help/markdown.hpp"

#include <algorithm>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <vector>

#include "core/text_width.hpp"
#include "help/manual.hpp"
#include "page/page.hpp"

namespace engine {
namespace {

constexpr int kNarrowest = 40;
constexpr int kMostBeforeLastOfMan = 48;  // of the 70 places or so that man has
constexpr int kLeastOfLastColumn = 24;    // below that a table's rows become paragraphs

struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }  // from cmark's default allocator
};
using Document = std::unique_ptr<cmark_node, FreeNode>;

std::string taken(char* made) {
  const std::unique_ptr<char, FreeText> text(made);
  return text.get();
}

/// With the parser, which owns the list of extensions that rendering needs.
struct Parsed {
  std::unique_ptr<cmark_parser, FreeParser> parser;
  Document document;
  [[nodiscard]] cmark_llist* extensions() const {
    return cmark_parser_get_syntax_extensions(parser.get());
  }
};

Parsed parsed(std::string_view markdown) {
  cmark_gfm_core_extensions_ensure_registered();
  Parsed made;
  made.parser.reset(cmark_parser_new(CMARK_OPT_DEFAULT));
  cmark_parser_attach_syntax_extension(made.parser.get(), cmark_find_syntax_extension("table"));
  cmark_parser_feed(made.parser.get(), markdown.data(), markdown.size());
  made.document.reset(cmark_parser_finish(made.parser.get()));
  return made;
}

std::string plain(cmark_node* node, int columns) {
  std::string text = taken(cmark_render_plaintext(node, CMARK_OPT_DEFAULT, columns));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// The inlines of a block on one line. cmark renders a cell or heading with what stands around it,
/// so their children are rendered one by one.
std::string inline_text(cmark_node* block) {
  std::string text;
  for (cmark_node* part = cmark_node_first_child(block); part != nullptr;
       part = cmark_node_next(part)) {
    const cmark_node_type type = cmark_node_get_type(part);
    if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      text += ' ';
    } else if (const char* literal = cmark_node_get_literal(part); literal != nullptr) {
      text += literal;
    } else {
      text += inline_text(part);
    }
  }
  return text;
}

/// Words of `text` in lines of at most `columns`, those after the first indented.
std::string wrapped(const std::string& text, int columns, int indent) {
  std::string made;
  int at = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const int width = text_width(word);
    if (at > 0 && at + 1 + width > columns) {
      made += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      at = 0;
    }
    if (at > 0) made += ' ', ++at;
    made += word;
    at += width;
  }
  return made;
}

using Row = std::vector<std::string>;

std::vector<Row> rows_of(cmark_node* table) {
  std::vector<Row> rows;
  for (cmark_node* row = cmark_node_first_child(table); row != nullptr;
       row = cmark_node_next(row)) {
    rows.emplace_back();
    for (cmark_node* cell = cmark_node_first_child(row); cell != nullptr;
         cell = cmark_node_next(cell))
      rows.back().push_back(inline_text(cell));
  }
  return rows;
}

std::vector<int> widths_of(const std::vector<Row>& rows) {
  std::vector<int> widths;
  for (const Row& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t k = 0; k < row.size(); ++k)
      widths[k] = std::max(widths[k], text_width(row[k]));
  }
  return widths;
}

/// Rows whose columns have no room beside each other: "first: second", the rest below.
std::string stacked(const std::vector<Row>& rows, int columns) {
  std::string text;
  for (std::size_t k = 1; k < rows.size(); ++k) {
    for (std::size_t cell = 0; cell < rows[k].size(); ++cell) {
      const std::string name = cell < rows[0].size() ? rows[0][cell] : "";
      if (rows[k][cell].empty()) continue;
      const std::string line =
          cell == 0 || name.empty() ? rows[k][cell] : name + ": " + rows[k][cell];
      text += (cell == 0 ? "  " : "    ") + wrapped(line, columns - 6, 6) + "\n";
    }
  }
  return text;
}

std::string table_text(cmark_node* table, int columns) {
  const std::vector<Row> rows = rows_of(table);
  const std::vector<int> widths = widths_of(rows);
  int before_last = 2;
  for (std::size_t k = 0; k + 1 < widths.size(); ++k) before_last += widths[k] + 2;
  if (columns - before_last < std::min(kLeastOfLastColumn, widths.empty() ? 0 : widths.back()))
    return stacked(rows, columns);
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k + 1 == row.size()) {
        line += wrapped(row[k], columns - before_last, before_last);
        continue;
      }
      line +=
          row[k] + std::string(static_cast<std::size_t>(widths[k] - text_width(row[k])) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
    if (&row == &rows.front()) {
      const int rule = std::min(columns - 2, before_last - 2 + widths.back());
      text += "  " + std::string(static_cast<std::size_t>(std::max(rule, 1)), '-') + "\n";
    }
  }
  return text;
}

std::string code_text(cmark_node* block) {
  std::string text;
  std::istringstream lines(cmark_node_get_literal(block));
  for (std::string line; std::getline(lines, line);)
    text += line.empty() ? "\n" : "    " + line + "\n";
  return text;
}

std::string heading_text(cmark_node* heading) {
  const std::string text = inline_text(heading);
  const int level = cmark_node_get_heading_level(heading);
  if (level > 2) return text + "\n";
  return text + "\n" +
         std::string(static_cast<std::size_t>(text_width(text)), level == 1 ? '=' : '-') + "\n";
}

std::string block_text(cmark_node* block, int columns) {
  if (cmark_node_get_type(block) == CMARK_NODE_HEADING) return heading_text(block);
  if (cmark_node_get_type(block) == CMARK_NODE_CODE_BLOCK) return code_text(block);
  if (std::string_view(cmark_node_get_type_string(block)) == "table")
    return table_text(block, columns);
  if (cmark_node_get_type(block) == CMARK_NODE_PARAGRAPH)
    return wrapped(inline_text(block), columns, 0) + "\n";
  return plain(block, columns) + "\n";
}

cmark_node* first_heading(const Parsed& made) {
  cmark_node* block = cmark_node_first_child(made.document.get());
  const bool is_heading = block != nullptr && cmark_node_get_type(block) == CMARK_NODE_HEADING;
  return is_heading ? block : nullptr;
}

/// A paragraph for each row, hanging on its first cell.
std::string man_paragraphs(const std::vector<Row>& rows) {
  std::string text;
  for (std::size_t k = 1; k < rows.size(); ++k) {
    text += ".TP\n\\fB" + roff_text(rows[k].front()) + "\\fR\n";
    for (std::size_t cell = 1; cell < rows[k].size(); ++cell)
      text += (cell == 1 ? "" : ".br\n") + roff_text(rows[0][cell] + ": " + rows[k][cell]) + "\n";
  }
  return text + ".PP\n";
}

/// For tbl: its last column wraps in what room the others leave.
std::string man_table(cmark_node* table) {
  const std::vector<Row> rows = rows_of(table);
  const std::vector<int> widths = widths_of(rows);
  int before_last = 0;
  for (std::size_t k = 0; k + 1 < widths.size(); ++k) before_last += widths[k] + 3;
  if (before_last > kMostBeforeLastOfMan) return man_paragraphs(rows);
  std::string heads, cells;
  for (std::size_t k = 0; k < rows.front().size(); ++k) {
    const bool is_last = k + 1 == rows.front().size();
    heads += k == 0 ? "lB" : " lB";
    cells += std::string(k == 0 ? "" : " ") + (is_last ? "lx" : "l");
  }
  std::string text = ".TS\ntab(\t);\n" + heads + "\n" + cells + ".\n";
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      const bool is_last = k + 1 == row.size();
      text += is_last ? "T{\n" + roff_text(row[k]) + "\nT}\n" : roff_text(row[k]) + "\t";
    }
  }
  return text + ".TE\n";
}

/// cmark centres the cells of its tables and lets none wrap.
void replace_tables(cmark_node* document) {
  for (cmark_node* block = cmark_node_first_child(document); block != nullptr;) {
    cmark_node* next = cmark_node_next(block);
    if (std::string_view(cmark_node_get_type_string(block)) == "table") {
      cmark_node* made = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
      cmark_node_set_on_enter(made, man_table(block).c_str());
      cmark_node_replace(block, made);
      cmark_node_free(block);
    }
    block = next;
  }
}

}  // namespace

std::string markdown_title(std::string_view markdown) {
  const Parsed made = parsed(markdown);
  cmark_node* heading = first_heading(made);
  return heading == nullptr ? "" : inline_text(heading);
}

std::string markdown_text(std::string_view markdown, int columns) {
  const Parsed made = parsed(markdown);
  std::string text;
  for (cmark_node* block = cmark_node_first_child(made.document.get()); block != nullptr;
       block = cmark_node_next(block)) {
    if (!text.empty()) text += "\n";
    text += block_text(block, std::max(columns, kNarrowest));
  }
  return text;
}

std::string markdown_man(std::string_view markdown, std::string_view name,
                         std::string_view version) {
  const Parsed made = parsed(markdown);
  cmark_node* heading = first_heading(made);
  const std::string title = heading == nullptr ? std::string(name) : inline_text(heading);
  if (heading != nullptr) {
    cmark_node_unlink(heading);
    cmark_node_free(heading);
  }
  replace_tables(made.document.get());
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return "'\\\" t\n.TH \"ENGINE\\-" + roff_text(upper) + "\" 7 \"\" \"Playlist Engine " +
         std::string(version) + "\"\n.ad l\n.SH NAME\nengine\\-" + roff_text(name) + " \\- " +
         roff_text(title) + "\n.SH DESCRIPTION\n" +
         taken(cmark_render_man(made.document.get(), CMARK_OPT_DEFAULT, 0));
}

std::string markdown_page(std::string_view markdown) {
  const Parsed made = parsed(markdown);
  cmark_node* heading = first_heading(made);
  const std::string title = heading == nullptr ? "" : inline_text(heading);
  std::string body =
      taken(cmark_render_html(made.document.get(), CMARK_OPT_DEFAULT, made.extensions()));
  // A table scrolls in a box of its own, as page/page.hpp has it.
  for (const auto& [tag, with] : {std::pair{"<table>", "<div class=\"wide\"><table>"},
                                  std::pair{"</table>", "</table></div>"}}) {
    const std::string_view word(tag), other(with);
    for (std::size_t at = 0; (at = body.find(word, at)) != std::string::npos; at += other.size())
      body.replace(at, word.size(), other);
  }
  return page_html(title, body);
}

}  // namespace engine
