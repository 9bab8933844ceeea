#include "locations.hpp"

#include <algorithm>
#include <filesystem>

#include "text.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 20;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// "C:\Music", "C:/Music", "\\server\music".
bool is_windows(std::string_view path) {
  if (path.starts_with("\\\\")) return true;
  return path.size() >= 2 && is_letter(path[0]) && path[1] == ':' &&
         (path.size() == 2 || path[2] == '\\' || path[2] == '/');
}

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || is_windows(path);
}

std::string without_end(std::string_view folder) {
  while (folder.size() > 1 &&
         (folder.back() == '/' || (is_windows(folder) && folder.back() == '\\')))
    folder.remove_suffix(1);
  return std::string(folder);
}

/// What stands behind "FOLDER/", or npos where the path does not lie below it.
std::size_t below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/') ? 1 : std::string_view::npos;
  if (path.size() <= folder.size() + 1 || !path.starts_with(folder)) return std::string_view::npos;
  const char mark = path[folder.size()];
  const bool is_parted = mark == '/' || (mark == '\\' && is_windows(folder));
  return is_parted ? folder.size() + 1 : std::string_view::npos;
}

std::vector<std::string_view> parts_of(std::string_view path, std::string_view marks) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(marks), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// From one absolute folder to a path of the same kind: "../b.mp3"; "" where no such way is.
std::string way_from(const std::string& folder, const std::string& path) {
  const bool is_of_windows = is_windows(path);
  if (is_windows(folder) != is_of_windows) return "";
  const std::string_view marks = is_of_windows ? "\\/" : "/";
  const auto from = parts_of(folder, marks), to = parts_of(path, marks);
  std::size_t same = 0;
  while (same < from.size() && same + 1 < to.size() && from[same] == to[same]) ++same;
  if (is_of_windows && same == 0) return "";  // another drive
  const std::string mark = is_of_windows ? "\\" : "/";
  std::string way;
  for (std::size_t k = same; k < from.size(); ++k) way += ".." + mark;
  for (std::size_t k = same; k < to.size(); ++k) {
    way += to[k];
    if (k + 1 < to.size()) way += mark;
  }
  return way;
}

/// A relative path that cannot be taken for a directive, an address or a blank.
std::string unmistakable(std::string relative) {
  const bool is_mistakable =
      relative.empty() || std::string_view("# \t").find(relative[0]) != std::string_view::npos;
  const std::size_t colon = relative.find(':'), slash = relative.find('/');
  const bool is_like_address = colon != std::string::npos && colon < slash;
  return is_mistakable || is_like_address ? "./" + relative : relative;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool has_blank_edge(std::string_view path) {
  const auto parts = parts_of(path, "/");
  return std::any_of(parts.begin(), parts.end(), [](std::string_view part) {
    constexpr std::string_view kBlanks = " \t";
    return kBlanks.find(part.front()) != std::string_view::npos ||
           kBlanks.find(part.back()) != std::string_view::npos;
  });
}

std::string encoded_parts(std::string_view path) {
  std::string uri;
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    uri += percent_encoded(path.substr(0, end));
    if (end == path.size()) return uri;
    uri += '/';
    path.remove_prefix(end + 1);
  }
}

}  // namespace

std::string file_uri(std::string_view path) {
  if (!is_windows(path)) {
    return path.starts_with('/') ? "file://" + encoded_parts(path) : encoded_parts(path);
  }
  std::string slashed(path);
  std::replace(slashed.begin(), slashed.end(), '\\', '/');
  if (slashed.starts_with("//")) return "file://" + encoded_parts(slashed.substr(2));
  return "file:///" + slashed.substr(0, 2) + encoded_parts(slashed.substr(2));
}

Locations::Locations(const playlist::Args& args, PathBytes plain) : plain_(plain) {
  const std::string_view form = args.text("paths");
  form_ = form == "plain" ? Form::kPlain : form == "uri" ? Form::kUri : Form::kNone;
  read_prefixes(args);
  read_base(args);
  only_files_ = args.boolean("only_files");
  blank_edges_ = args.boolean("blank_edges");
}

Locations::Locations(const playlist::Args& args) : only_files_(true) {
  read_prefixes(args);
}

void Locations::read_prefixes(const playlist::Args& args) {
  for (const std::string_view text : args.texts("prefix")) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      throw playlist::Error(playlist::concat("prefix \"", text, "\" is not FROM=TO"));
    prefixes_.push_back(
        {without_end(text.substr(0, equals)), without_end(text.substr(equals + 1))});
  }
}

void Locations::read_base(const playlist::Args& args) {
  base_here_ = without_end(args.text("relative_to"));
  only_below_ = args.boolean("only_below");
  if (base_here_.empty()) return;
  if (!is_absolute(base_here_))
    throw playlist::Error("relative_to \"" + base_here_ + "\" is no absolute path");
  // A folder of this machine, or as the reader has it.
  const Mapped base = mapped(base_here_ + "/x");
  base_ = base.is_mapped ? base.path.substr(0, base.path.size() - 2) : base_here_;
}

Locations::Mapped Locations::mapped(std::string_view path) const {
  const Mapping* longest = nullptr;
  for (const Mapping& one : prefixes_) {
    if (below(path, one.from) == std::string_view::npos) continue;
    if (longest == nullptr || one.from.size() > longest->from.size()) longest = &one;
  }
  if (longest == nullptr) return {std::string(path), false};
  std::string rest(path.substr(below(path, longest->from)));
  if (!is_windows(longest->to)) {
    const bool has_end = longest->to.empty() || longest->to == "/";
    return {longest->to + (has_end ? "" : "/") + rest, true};
  }
  std::replace(rest.begin(), rest.end(), '/', '\\');
  return {longest->to + "\\" + rest, true};
}

/// Whether the path lies below the folder, also where one of both is reached by a link.
bool Locations::is_base_for(const Mapped& path, std::string& relative) const {
  const std::size_t at = below(path.path, base_);
  if (at != std::string::npos) {
    relative = path.path.substr(at);
    return true;
  }
  if (path.is_mapped || is_windows(base_)) return false;
  std::error_code error;
  const fs::path file(path.path);
  const std::string folder = fs::canonical(base_here_, error).string();
  if (error) return false;
  const std::string real = (fs::canonical(file.parent_path(), error) / file.filename()).string();
  const std::size_t real_at = error ? std::string::npos : below(real, folder);
  if (real_at == std::string::npos) return false;
  relative = real.substr(real_at);
  return true;
}

/// "" or why the format cannot write it plainly.
std::string Locations::problem_of(std::string_view plain) const {
  if (std::any_of(plain.begin(), plain.end(), [](char c) { return c == '\n' || c == '\r'; }))
    return "its path has a line break, which cannot be written in a line of a list";
  if (!blank_edges_ && has_blank_edge(plain))
    return "a name in its path begins or ends with a blank, and MPD loads no such file";
  if (plain_ == PathBytes::kAnyLine) return "";
  if (std::any_of(plain.begin(), plain.end(), is_control))
    return "its path has a control character, which this format cannot write";
  return valid_utf8(plain) == plain
             ? ""
             : "its path is no UTF-8, as this format has to be; m3u writes it as it is";
}

Locations::Place Locations::place_of(std::string_view path, bool& is_below) const {
  Mapped mapping = mapped(path);
  Place place;
  place.is_unmapped = !prefixes_.empty() && !mapping.is_mapped;
  is_below = true;
  if (!base_.empty() && is_absolute(mapping.path)) {
    std::string relative;
    is_below = is_base_for(mapping, relative);
    if (!is_below && only_below_) {
      place.why_not = "its file does not lie below " + base_ + ": " + one_line(path);
      return place;
    }
    if (!is_below) relative = way_from(base_, mapping.path);
    if (!relative.empty()) mapping.path = relative;
  }
  if (!is_absolute(mapping.path)) mapping.path = unmistakable(std::move(mapping.path));
  if (form_ == Form::kUri) {
    const bool is_way = !is_absolute(mapping.path) && is_windows(base_);
    if (is_way) std::replace(mapping.path.begin(), mapping.path.end(), '\\', '/');
    place.text = file_uri(mapping.path);
    return place;
  }
  place.why_not = problem_of(mapping.path);
  if (place.why_not.empty()) place.text = mapping.path;
  return place;
}

Locations::Place Locations::place(std::string_view files) const {
  Place best;
  best.why_not = "no music file of it is known";
  if (form_ == Form::kNone) return best;
  int best_rank = -1;
  for (bool is_first = true; is_first || !files.empty(); is_first = false) {
    const std::size_t end = std::min(files.find('\0'), files.size());
    const std::string_view path = files.substr(0, end);
    files.remove_prefix(std::min(end + 1, files.size()));
    if (path.empty()) continue;
    bool is_below = true;
    Place one = place_of(path, is_below);
    const int rank = (one.text.empty() ? 0 : 4) + (one.is_unmapped ? 0 : 2) + (is_below ? 1 : 0);
    if (rank <= best_rank) continue;
    best_rank = rank;
    best = std::move(one);
  }
  return best;
}

std::string ListPlaces::of(std::size_t row) {
  Locations::Place place = locations_.place(rows_.text("files", row));
  if (!place.text.empty() && place.is_unmapped) ++unmapped_;
  why_not_ = std::move(place.why_not);
  return std::move(place.text);
}

bool ListPlaces::leaves_out(std::size_t row) {
  if (!locations_.are_required()) return false;
  // Its file is known, and not to be written.
  if (!locations_.are_written() && !rows_.text("files", row).empty()) return false;
  leave_out(row);
  return true;
}

void ListPlaces::leave_out(std::size_t row) {
  left_out_.emplace_back(row, why_not_);
}

void ListPlaces::tell(const playlist::OutputCall& call) const {
  if (unmapped_ > 0) {
    call.warning(
        playlist::concat(unmapped_, " of ", rows_.size(),
                         " tracks lie below no folder that a prefix names: their paths are "
                         "as they are on this machine"));
  }
  if (left_out_.empty()) return;
  call.warning(playlist::concat(left_out_.size(), " of ", rows_.size(), " tracks are left out:"));
  for (std::size_t k = 0; k < std::min(left_out_.size(), kMostNamed); ++k) {
    const auto& [row, why] = left_out_[k];
    call.warning(playlist::concat(row + 1, ". ", one_line(rows_.text("title", row)), " by ",
                                  one_line(rows_.artists(row)), ": ", why));
  }
  if (left_out_.size() > kMostNamed)
    call.warning(playlist::concat("and ", left_out_.size() - kMostNamed, " more"));
}
