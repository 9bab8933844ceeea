#include "recipe/output.hpp"

#include "playlist/remote.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <unistd.h>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "plugin/descriptor.hpp"
#include "recipe/output_document.hpp"

namespace engine {
namespace {

/// A string column with a dictionary of its own.
class TextColumn {
 public:
  explicit TextColumn(const std::vector<std::string>& texts) {
    offsets_.push_back(0);
    for (const std::string& text : texts) {
      if (text.empty()) {
        codes_.push_back(-1);
        continue;
      }
      codes_.push_back(static_cast<std::int32_t>(offsets_.size() - 1));
      bytes_ += text;
      offsets_.push_back(bytes_.size());
    }
    dict_ = {sizeof dict_, static_cast<std::uint32_t>(offsets_.size() - 1), bytes_.data(),
             offsets_.data()};
  }
  TextColumn(const TextColumn&) = delete;
  TextColumn& operator=(const TextColumn&) = delete;
  [[nodiscard]] const std::vector<std::int32_t>& codes() const { return codes_; }
  [[nodiscard]] const playlist_dict* dict() const { return &dict_; }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::int32_t> codes_;
  playlist_dict dict_{};
};

/// The playlist's table as playlist_playlist describes it.
class OutputTable {
 public:
  /// `music`: nullptr for outputs that are not told of files.
  OutputTable(const Playlist& playlist, const Candidates& chosen, const Evaluation& evaluation,
              const MusicPaths* music)
      : tables_(*evaluation.setup().tables), tracks_(chosen.tracks.begin(), chosen.tracks.end()) {
    numbers_.tracks = chosen.tracks;
    add_library();
    put_lengths(evaluation);
    add_texts("artists", [&](std::size_t i) { return all_artists(tracks_[i]); });
    add_texts("explanation", [&](std::size_t i) {
      std::string text;
      for (const std::string& sentence : playlist.tracks[i].explanation)
        text += (text.empty() ? "" : "; ") + sentence;
      return text;
    });
    add_texts("channel", [&](std::size_t i) { return playlist.tracks[i].text("channel"); });
    auto& scores = std::get<Items<float>>(add("score", PLAYLIST_F32, nullptr).values).edit();
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
      if (const auto& score = playlist.tracks[i].score) scores[i] = static_cast<float>(*score);
    }
    if (music != nullptr) add_files(*music);
    add_recipes_own(chosen);
    numbers_.columns.assign(columns_.begin(), columns_.end());
    view_ = std::make_unique<TableView>(numbers_);
  }
  OutputTable(const OutputTable&) = delete;
  OutputTable& operator=(const OutputTable&) = delete;
  [[nodiscard]] const playlist_table* table() const { return &view_->table(); }

 private:
  CandidateColumn& add(const char* name, std::uint32_t type, const playlist_dict* dict) {
    columns_.push_back(CandidateColumn::missing(name, type, tracks_.size(), dict));
    return columns_.back();
  }

  /// Columns of the recipe's steps, for outputs that know of them by name.
  void add_recipes_own(const Candidates& chosen) {
    for (const CandidateColumn& column : chosen.columns) {
      const bool is_there = std::any_of(columns_.begin(), columns_.end(), [&](const auto& other) {
        return other.name == column.name;
      });
      if (!is_there) columns_.push_back(column);
    }
  }

  template <class Text>
  void add_texts(const char* name, const Text& text) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < tracks_.size(); ++i) texts.push_back(text(i));
    const TextColumn& made = texts_.emplace_back(texts);
    add(name, PLAYLIST_STRING, made.dict()).values = Items<std::int32_t>(made.codes());
  }

  /// Paths are bytes, and no zero byte is among them.
  void add_files(const MusicPaths& music) {
    const auto ids = column_of<std::int64_t>(*tables_.table("tracks"), "id");
    add_texts("files", [&](std::size_t i) {
      return std::string(music.of(ids[static_cast<std::size_t>(tracks_[i])]));
    });
  }

  /// Every column of "tracks" for the chosen rows; the year is called release_year here. What a
  /// track only seems to be by its artist's mean leaves the engine in no file.
  void add_library() {
    const playlist_table& library = *tables_.table("tracks");
    for (std::uint32_t k = 0; k < library.column_count; ++k) {
      const playlist_column& source = *library.columns[k];
      if (std::string_view(source.name).ends_with("_or_artist")) continue;
      const bool is_year = std::string_view(source.name) == "year";
      CandidateColumn& column =
          add(is_year ? "release_year" : source.name, source.type, source.dict);
      std::visit(
          [&](auto& shared) {
            auto& items = shared.edit();
            using Item = typename std::decay_t<decltype(items)>::value_type;
            for (std::size_t i = 0; i < items.size(); ++i)
              items[i] = static_cast<const Item*>(source.data)[tracks_[i]];
          },
          column.values);
    }
  }

  /// Lengths that no source told are known from finished plays.
  void put_lengths(const Evaluation& evaluation) {
    for (CandidateColumn& column : columns_) {
      if (column.name != "duration_ms") continue;
      auto& lengths = std::get<Items<std::int32_t>>(column.values).edit();
      for (std::size_t i = 0; i < lengths.size(); ++i)
        if (const std::int32_t ms = evaluation.length_ms(tracks_[i]); ms > 0) lengths[i] = ms;
    }
  }

  [[nodiscard]] std::string all_artists(std::int32_t track) const {
    const playlist_lists* lists = tables_.lists("track_artists");
    const playlist_column& names = *find_column(*tables_.table("artists"), "name");
    std::string text;
    for (auto k = lists->offsets[track]; k < lists->offsets[track + 1]; ++k) {
      const std::int32_t artist = lists->values[k];
      text += (text.empty() ? "" : ", ");
      text += text_of(names, static_cast<const std::int32_t*>(names.data)[artist]);
    }
    return text;
  }

  const Tables& tables_;
  std::vector<std::int32_t> tracks_;
  Candidates numbers_;
  std::deque<CandidateColumn> columns_;
  std::deque<TextColumn> texts_;
  std::unique_ptr<TableView> view_;
};

/// A value as a command line has it, as the parameter's type; checked with the others.
Argument argument_of(const playlist_element& element, const std::string& name,
                     const std::string& text) {
  for (const playlist_param* param : listed(element.params)) {
    if (name != param->name) continue;
    if (param->type == PLAYLIST_PARAM_BOOLEAN && (text == "true" || text == "false"))
      return text == "true";
    if (param->type == PLAYLIST_PARAM_TEXTS) return ArgumentList{text};
    // A path on the command line begins where the command was given, and not at the recipe.
    if (param->type == PLAYLIST_PARAM_FILE && !text.empty()) return InputFiles().place(text);
    const bool is_number =
        param->type == PLAYLIST_PARAM_NUMBER || param->type == PLAYLIST_PARAM_INTEGER;
    char* end = nullptr;
    const double number = is_number ? std::strtod(text.c_str(), &end) : 0;
    if (is_number && !text.empty() && *end == '\0') return number;
  }
  return text;
}

}  // namespace

std::string name_of_format(const std::string& format) {
  return format.substr(0, format.find_first_of(",@"));
}

FormatArguments arguments_of_format(const std::string& format) {
  FormatArguments arguments;
  std::size_t at = std::min(format.find(','), format.size());
  while (at < format.size()) {
    std::string part;
    for (++at; at < format.size(); ++at) {
      if (format[at] == ',' && (at + 1 == format.size() || format[at + 1] != ',')) break;
      if (format[at] == ',') ++at;
      part += format[at];
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    arguments.emplace_back(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
  }
  return arguments;
}

std::string format_with(const std::string& name, const FormatArguments& arguments) {
  std::string format = name;
  for (const auto& [argument, value] : arguments) {
    format += ',' + argument + '=';
    for (const char c : value) format += c == ',' ? ",," : std::string(1, c);
  }
  return format;
}

const Element& output_element(const Registry& registry, const std::string& format) {
  const Element* element = registry.find("output." + format);
  if (element != nullptr) return *element;
  std::vector<std::string> formats;
  std::string all;
  for (const Element* output : registry.elements(PLAYLIST_OUTPUT)) {
    formats.push_back(std::string(output->description->name).substr(7));
    all += (all.empty() ? "" : ", ") + formats.back();
  }
  const std::string near = nearest(format, formats);
  throw Error(Exit::kUsage, "there is no output format \"" + format + "\"",
              {"", "", "it can be " + all, near.empty() ? "" : "did you mean " + near + "?"});
}

CheckedArguments output_arguments(const Element& element, const std::string& format,
                                  InputFiles* files) {
  const bool is_remote = (element.description->flags & PLAYLIST_REMOTE) != 0;
  Arguments given;
  for (const auto& [name, text] : arguments_of_format(format)) {
    if (is_remote && name == "keep_others") continue;  // the host's own, of every such output
    Argument argument = argument_of(*element.description, name, text);
    const auto same = std::find_if(given.begin(), given.end(),
                                   [&](const auto& other) { return other.first == name; });
    auto* more = std::get_if<ArgumentList>(&argument);
    if (same != given.end() && more != nullptr) {
      auto& list = std::get<ArgumentList>(same->second);
      list.insert(list.end(), more->begin(), more->end());
    } else {
      given.emplace_back(name, std::move(argument));
    }
  }
  try {
    return check_arguments(*element.description, given, "", {files, element.plugin->path});
  } catch (const Error& wrong) {
    if (wrong.exit() != Exit::kRecipe) throw;
    throw Error(Exit::kUsage, wrong.what(), wrong.parts());
  }
}

void require_output_format(const Registry& registry, const std::string& asked,
                           const std::string& folder) {
  const std::string format = name_of_format(asked);
  InputFiles files(folder);
  static_cast<void>(output_arguments(output_element(registry, format), asked, &files));
}

namespace {

/// Names the first of the list's files that are not there, where the output names files.
void tell_missing_files(const Element& element, const Candidates& chosen, Evaluation& evaluation,
                        const MusicPaths& music) {
  const auto params = listed(element.description->params);
  if (std::none_of(params.begin(), params.end(), [](const playlist_param* param) {
        return std::string_view(param->name) == "prefix";
      }))
    return;
  const auto ids = column_of<std::int64_t>(*evaluation.setup().tables->table("tracks"), "id");
  std::size_t missing = 0;
  std::string first;
  for (const std::int32_t track : chosen.tracks) {
    const std::string_view files = music.of(ids[static_cast<std::size_t>(track)]);
    const std::string path(files.substr(0, files.find('\0')));
    if (path.empty() || ::access(path.c_str(), F_OK) == 0) continue;
    if (missing++ == 0) first = path;
  }
  if (missing == 0) return;
  evaluation.notice(std::to_string(missing) + " of the " + std::to_string(chosen.tracks.size()) +
                    " tracks' files are not there now, the first " + one_line(first) +
                    "; engine import --files looks at the folder again");
}

}  // namespace

std::string playlist_bytes(const Registry& registry, const std::string& asked,
                           const Playlist& playlist, const Candidates& chosen,
                           Evaluation& evaluation, const RecipeDefinition& recipe,
                           const MusicPaths* music) {
  const std::string format = name_of_format(asked);
  const Element& element = output_element(registry, format);
  CheckedArguments arguments = output_arguments(element, asked, evaluation.setup().files);
  const bool is_remote = (element.description->flags & PLAYLIST_REMOTE) != 0;
  const OutputTable table(playlist, chosen, evaluation, is_remote ? nullptr : music);
  const playlist_playlist handed{sizeof handed,          0,
                                 playlist.title.c_str(), recipe.about.c_str(),
                                 playlist.user.c_str(),  evaluation.setup().now,
                                 table.table()};
  if (is_remote) return pack_playlist(handed);
  if (music != nullptr) tell_missing_files(element, chosen, evaluation, *music);
  std::string bytes;
  CallContext context;
  context.tables = evaluation.setup().tables;
  context.texts = evaluation.setup().texts;
  context.now = evaluation.setup().now;
  context.setting = evaluation.setup().setting;
  context.log = [&](int level, std::string_view message) {
    if (level >= PLAYLIST_LOG_INFO)
      evaluation.notice("output." + format + ": " + std::string(message));
  };
  context.sink = [&](const void* data, std::size_t length) {
    bytes.append(static_cast<const char*>(data), length);
    return true;
  };
  ElementInstance instance(element, std::move(arguments), std::move(context));
  const CallResult ended = instance.output(handed);
  if (ended.status != PLAYLIST_OK)
    throw Error(Exit::kPlugin, "output." + format + " could not write: " + ended.message);
  return bytes;
}

}  // namespace engine
