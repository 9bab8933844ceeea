// source.workbook: workbooks of spreadsheets (.xlsx); every sheet is handed over as a table of its
// own, "SHEET.csv", which the sources of tables read.
//
// Cells     texts, numbers, truth values and what formulas gave; a number that is shown as a date is
//           written as one ("2026-01-02 03:04:05", by the calendar of the workbook). What is not
//           there is an empty cell
// Form      a zip archive of XML (ECMA-376): its names are looked up in xl/workbook.xml, not guessed
// Limits    of shared texts 256 MiB, of a table 16384 columns; bytes of a sheet are limited by the
//           host, which takes no more
// Errors    a damaged sheet gives the rows before the damage
#include "playlist/plugin.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../text.hpp"
#include "elements.hpp"
#include "shared/system_library.hpp"
#include "xml.hpp"

namespace source {
namespace {

struct LibArchive : shared::SystemLibrary {
  LibArchive() : SystemLibrary("libarchive.so.13") {}
  PLAYLIST_SYSTEM_FUNCTION(archive_entry_pathname);
  PLAYLIST_SYSTEM_FUNCTION(archive_error_string);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_data);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_free);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_new);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_next_header);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_open_memory);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_zip_seekable);
};

const LibArchive& libarchive() {
  static const LibArchive kLibrary;
  return kLibrary;
}

/// Reads one member of the zip into `reader`. False when there is none of that path, or it is
/// damaged; `problem` then says so.
bool read_member(std::string_view zip, const std::string& path, XmlReader& reader,
                 const playlist::SourceCall& call, std::string& problem) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> opened(
      libarchive().archive_read_new(), libarchive().archive_read_free);
  if (!opened) throw playlist::Error("out of memory");
  libarchive().archive_read_support_format_zip_seekable(opened.get());
  const auto fail = [&] {
    const char* why = libarchive().archive_error_string(opened.get());
    problem = path + ": " + (why != nullptr ? why : "damaged");
    return false;
  };
  if (libarchive().archive_read_open_memory(opened.get(), zip.data(), zip.size()) != ARCHIVE_OK) {
    return fail();
  }
  archive_entry* entry = nullptr;
  for (;;) {
    const int result = libarchive().archive_read_next_header(opened.get(), &entry);
    if (result == ARCHIVE_EOF) {
      problem = "it has no " + path;
      return false;
    }
    if (result < ARCHIVE_WARN) return fail();
    const char* name = libarchive().archive_entry_pathname(entry);
    if (name != nullptr && path == name) break;
  }
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const la_ssize_t length =
        libarchive().archive_read_data(opened.get(), buffer.data(), buffer.size());
    if (length < 0) return fail();
    call.checkpoint();
    if (!reader.read({buffer.data(), static_cast<std::size_t>(length)}, length == 0)) {
      problem = path + ": " + reader.problem();
      return false;
    }
    if (length == 0) return true;
  }
}

/// xl/workbook.xml and its relations: names of sheets and where they are.
class Sheets final : public XmlHandler {
 public:
  struct Sheet {
    std::string name, relation;
  };
  std::vector<Sheet> sheets;
  std::map<std::string, std::string> targets;  // by relation
  bool counts_from_1904 = false;

  void begin(std::string_view name, const char** attributes) override {
    if (name == "sheet") {
      sheets.push_back(
          {std::string(attribute(attributes, "name")), std::string(attribute(attributes, "id"))});
    } else if (name == "workbookPr") {
      const std::string_view value = attribute(attributes, "date1904");
      counts_from_1904 = value == "1" || value == "true";
    } else if (name == "Relationship") {
      std::string target(attribute(attributes, "Target"));
      target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
      targets[std::string(attribute(attributes, "Id"))] = target;
    }
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}
};

/// xl/sharedStrings.xml: texts that cells name by their number.
class SharedTexts final : public XmlHandler {
 public:
  std::vector<std::string> texts;

  void begin(std::string_view name, const char**) override {
    if (name == "si") texts.emplace_back();
    if (name == "rPh") ++phonetic_;  // how it is spoken, not what stands there
    is_text_ = name == "t" && phonetic_ == 0;
  }
  void end(std::string_view name) override {
    if (name == "rPh") --phonetic_;
    if (name == "t") is_text_ = false;
  }
  void text(std::string_view part) override {
    constexpr std::size_t kMost = 256 << 20;
    if (!is_text_ || texts.empty()) return;
    if ((size_ += part.size()) > kMost) throw playlist::Error("its texts are larger than 256 MiB");
    texts.back() += part;
  }

 private:
  int phonetic_ = 0;
  std::size_t size_ = 0;
  bool is_text_ = false;
};

/// xl/styles.xml: which of the styles show a number as a date.
class Styles final : public XmlHandler {
 public:
  void begin(std::string_view name, const char** attributes) override {
    if (name == "numFmt") {
      const bool is_date_form = is_date_pattern(attribute(attributes, "formatCode"));
      if (is_date_form) dates_.insert(std::string(attribute(attributes, "numFmtId")));
    } else if (name == "cellXfs") {
      is_in_cells_ = true;
    } else if (name == "xf" && is_in_cells_) {
      styles_.push_back(is_date(attribute(attributes, "numFmtId")));
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") is_in_cells_ = false;
  }
  void text(std::string_view) override {}

  [[nodiscard]] bool is_date_style(std::string_view number) const {
    const auto style = read_integer(number);
    return style && *style >= 0 && static_cast<std::size_t>(*style) < styles_.size() &&
           styles_[static_cast<std::size_t>(*style)];
  }

 private:
  /// The formats that every workbook has (ECMA-376 part 1, 18.8.30).
  [[nodiscard]] bool is_date(std::string_view format) const {
    const auto number = read_integer(format);
    const bool is_built_in =
        number && ((*number >= 14 && *number <= 22) || (*number >= 45 && *number <= 47));
    return is_built_in || dates_.contains(std::string(format));
  }
  /// A pattern with a day or a year in it, outside quotes and brackets.
  static bool is_date_pattern(std::string_view pattern) {
    bool is_quoted = false, is_bracket = false;
    for (std::size_t k = 0; k < pattern.size(); ++k) {
      const char c = pattern[k];
      if (c == '\\') {
        ++k;
      } else if (c == '"') {
        is_quoted = !is_quoted;
      } else if (c == '[' || c == ']') {
        is_bracket = c == '[';
      } else if (!is_quoted && !is_bracket && (c == 'd' || c == 'y' || c == 'D' || c == 'Y')) {
        return true;
      }
    }
    return false;
  }

  std::set<std::string> dates_;
  std::vector<bool> styles_;
  bool is_in_cells_ = false;
};

/// Days since the workbook's first, as "2026-01-02 03:04:05".
std::string date_text(double days, bool counts_from_1904) {
  constexpr std::int64_t kDay = 86400, k1900 = -25569, k1904 = -24107;  // in days from 1970
  constexpr double kMost = 2'958'466;                                   // the year 10000
  if (!(days >= 0 && days < kMost)) return "";
  // The calendar from 1900 has a 29 February 1900, which was none.
  const double since = days + static_cast<double>(counts_from_1904 ? k1904 : k1900) +
                       (!counts_from_1904 && days < 60 ? 1 : 0);
  const auto seconds = static_cast<std::int64_t>(std::llround(since * kDay));
  const std::int64_t day = (seconds >= 0 ? seconds : seconds - (kDay - 1)) / kDay;
  const std::int64_t clock = seconds - day * kDay;
  // From days to a date by eras of 400 years that begin in March.
  const std::int64_t z = day + 719'468, era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t of_era = z - era * 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * of_year + 2) / 153, date = of_year - (153 * month + 2) / 5 + 1;
  const std::int64_t shown = month < 10 ? month + 3 : month - 9;
  const std::int64_t year = year_of_era + era * 400 + (shown <= 2 ? 1 : 0);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04lld-%02lld-%02lld %02lld:%02lld:%02lld",
                static_cast<long long>(year), static_cast<long long>(shown),
                static_cast<long long>(date), static_cast<long long>(clock / 3600),
                static_cast<long long>(clock / 60 % 60), static_cast<long long>(clock % 60));
  return text.data();
}

/// xl/worksheets/*.xml as lines of a table.
class SheetTable final : public XmlHandler {
 public:
  SheetTable(playlist::SourceCall& call, std::string member, const SharedTexts& texts,
             const Styles& styles, bool counts_from_1904)
      : call_(call),
        member_(std::move(member)),
        texts_(texts),
        styles_(styles),
        counts_from_1904_(counts_from_1904) {}

  void begin(std::string_view name, const char** attributes) override {
    if (name == "row") {
      cells_.clear();
    } else if (name == "c") {
      type_ = attribute(attributes, "t");
      style_ = attribute(attributes, "s");
      column_ = column_of(attribute(attributes, "r"));
      value_.clear();
    } else if (name == "v" || name == "t") {
      is_value_ = true;
    }
  }

  void end(std::string_view name) override {
    if (name == "v" || name == "t") is_value_ = false;
    if (name == "c") put_cell();
    if (name == "row") put_row();
  }

  void text(std::string_view part) override {
    constexpr std::size_t kLongestCell = 1 << 20;
    if (is_value_ && value_.size() + part.size() <= kLongestCell) value_ += part;
  }

  /// Hands over the last lines; true when there were any.
  bool close() {
    if (has_begun_ && is_taken_) {
      flush();
      call_.end_member();
    }
    return has_begun_;
  }

 private:
  static constexpr std::size_t kMostColumns = 16'384;

  /// "AB12" is column 27; where nothing is said, the next.
  [[nodiscard]] std::size_t column_of(std::string_view reference) const {
    std::size_t column = 0;
    for (const char c : reference) {
      if (c < 'A' || c > 'Z') break;
      column = std::min(column * 26 + static_cast<std::size_t>(c - 'A') + 1, kMostColumns + 1);
    }
    return column == 0 ? cells_.size() : column - 1;
  }

  void put_cell() {
    if (column_ >= kMostColumns) return;
    if (cells_.size() <= column_) cells_.resize(column_ + 1);
    cells_[column_] = cell_text();
  }

  [[nodiscard]] std::string cell_text() const {
    if (type_ == "s") {
      const auto number = read_integer(value_);
      const bool is_known =
          number && *number >= 0 && static_cast<std::size_t>(*number) < texts_.texts.size();
      return is_known ? texts_.texts[static_cast<std::size_t>(*number)] : "";
    }
    if (type_ == "b") return value_ == "1" ? "true" : "false";
    if (type_ == "e") return "";  // the error of a formula
    const bool is_number = type_.empty() || type_ == "n";
    if (is_number && styles_.is_date_style(style_)) {
      if (const auto days = read_number(value_)) return date_text(*days, counts_from_1904_);
    }
    return value_;
  }

  void put_row() {
    const bool is_blank = std::all_of(cells_.begin(), cells_.end(),
                                      [](const std::string& cell) { return cell.empty(); });
    if (is_blank) return;
    if (!has_begun_) {
      has_begun_ = true;
      is_taken_ = call_.begin_member(member_);
    }
    for (std::size_t k = 0; k < cells_.size(); ++k) {
      if (k > 0) lines_ += ',';
      put_quoted(cells_[k]);
    }
    lines_ += '\n';
    if (lines_.size() > kFlush) flush();
  }

  void put_quoted(std::string_view cell) {
    lines_ += '"';
    for (const char c : cell) {
      if (c == '"') lines_ += '"';
      lines_ += c;
    }
    lines_ += '"';
  }

  void flush() {
    if (is_taken_ && !call_.write_member(lines_)) {
      call_.end_member();
      is_taken_ = false;  // over a limit of the host's, which says so
    }
    lines_.clear();
  }

  static constexpr std::size_t kFlush = 1 << 16;
  playlist::SourceCall& call_;
  std::string member_;
  const SharedTexts& texts_;
  const Styles& styles_;
  bool counts_from_1904_;
  std::string type_, style_, value_, lines_;
  std::size_t column_ = 0;
  std::vector<std::string> cells_;
  bool is_value_ = false, has_begun_ = false, is_taken_ = false;
};

/// The name of a sheet as one of a file.
std::string member_name(std::string name) {
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/' || c == '\\' || c == ':' || byte < 0x20) c = '_';
  }
  if (name.empty() || name.front() == '.') name.insert(0, "sheet ");
  return name + ".csv";
}

class Workbook final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view head = input.head();
    if (!head.starts_with("PK\x03\x04") || !contains(head, "xl/")) return 0;
    const bool is_package = contains(head, "[Content_Types].xml") ||
                            contains(head, "_rels/.rels") || contains(head, "xl/workbook.xml") ||
                            contains(head, "docProps/");
    return is_package ? 100 : 0;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view zip = call.input().bytes();
    std::string problem;
    Sheets sheets;
    SharedTexts texts;
    Styles styles;
    for (const char* path : {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"}) {
      XmlReader reader(sheets);
      if (!read_member(zip, path, reader, call, problem)) throw playlist::Unsupported(problem);
    }
    read_optional(zip, "xl/sharedStrings.xml", texts, call);
    read_optional(zip, "xl/styles.xml", styles, call);
    std::set<std::string> names;
    bool has_any = false;
    for (const auto& [name, relation] : sheets.sheets) {
      const auto target = sheets.targets.find(relation);
      if (target == sheets.targets.end()) continue;
      std::string member = member_name(name);
      for (int copy = 2; !names.insert(member).second; ++copy) {
        member = member_name(name + " " + std::to_string(copy));
      }
      SheetTable table(call, member, texts, styles, sheets.counts_from_1904);
      XmlReader reader(table);
      if (!read_member(zip, target->second, reader, call, problem)) {
        call.warning("sheet " + quoted(name) + " is not read to its end: " + problem);
      }
      has_any |= table.close();
    }
    if (has_any) return;
    call.warning("the workbook has no rows");
    call.finish(0);
  }

 private:
  /// Workbooks need have neither texts nor styles.
  static void read_optional(std::string_view zip, const char* path, XmlHandler& handler,
                            const playlist::SourceCall& call) {
    XmlReader reader(handler);
    std::string problem;
    if (!read_member(zip, path, reader, call, problem) && !problem.starts_with("it has no")) {
      throw playlist::Error(problem);
    }
  }
};

}  // namespace

constinit const playlist::Element kWorkbook = playlist::element<Workbook>(
    "source.workbook", "Workbooks (.xlsx): every sheet is read as a table of its own.");

}  // namespace source
