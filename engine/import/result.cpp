#include "import/result.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/json_text.hpp"

namespace engine::import {
namespace {

using Json = nlohmann::ordered_json;

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string counted(std::int64_t number, const std::string& what) {
  return grouped(number) + " " + what + (number == 1 ? "" : "s");
}

std::string percent(std::int64_t part, std::int64_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%",
                whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

/// "likes" of several, "like" of one.
std::string singular(const EndedList& ended) {
  return ended.count == 1 ? ended.list.substr(0, ended.list.size() - 1) : ended.list;
}

std::string file_text(const FileResult& file, const char* record) {
  if (file.format.empty() && file.error.empty()) {
    return file.path + ": not recognised by any source" +
           (file.what.empty() ? "" : ": " + file.what) + "\n";
  }
  std::string text = file.path;
  if (!file.format.empty()) {
    text +=
        ": " + file.format + ", " + counted(file.rows, record) + ": " + buckets_text(file.buckets);
  }
  if (file.first && file.last) {
    text += " (" + format_date(*file.first) + " to " + format_date(*file.last) + ")";
  }
  text += "\n";
  for (const std::string& note : file.notes) text += "  note: " + note + "\n";
  if (!file.ended.empty()) text += "  no longer listed: " + ended_text(file.ended) + "\n";
  for (const std::string& example : file.examples) text += "  " + example + "\n";
  if (!file.error.empty()) {
    text += "  error: not read to its end: " + file.error + "\n";
    if (file.rows > 0) {
      text += "  fix:   " + grouped(file.rows) +
              (file.rows == 1 ? " record is in;" : " records are in;") +
              " import the file again to go on behind them\n";
    }
  }
  return text;
}

std::string match_text(const std::string& user, const library::MatchRate& rate) {
  const std::int64_t plays = rate.plays_by_id + rate.plays_by_name;
  const std::int64_t tracks = rate.tracks_by_id + rate.tracks_by_name;
  return "match rate of " + user + ": " + percent(plays, rate.plays) + " of " +
         grouped(rate.plays) + (rate.plays == 1 ? " play is" : " plays are") +
         " of tracks in the catalogue (" + percent(rate.plays_by_id, rate.plays) + " by id, " +
         percent(rate.plays_by_name, rate.plays) + " by name), " + percent(tracks, rate.tracks) +
         " of " + counted(rate.tracks, "track") + "\n";
}

/// "" where nothing was said of any.
std::string lyrics_text(const LyricsResult& lyrics, bool is_dry_run) {
  const auto [tags, files, instrumental] = lyrics;
  if (tags + files + instrumental == 0) return "";
  std::string text = "lyrics: " + counted(tags, "text") + " in tags and " + grouped(files) +
                     " in files beside the music" + (is_dry_run ? " would be read" : " read");
  if (instrumental > 0) text += "; " + counted(instrumental, "time") + " it says instrumental";
  return text + "\n";
}

/// `what`: "measured".
std::string listened_text(const Listened& listened, const std::string& what, bool is_dry_run) {
  std::string text = "sound of " + counted(listened.heard, "track") +
                     (is_dry_run ? " would be " : " ") + what + ", of " + grouped(listened.known) +
                     " before";
  if (listened.unheard > 0)
    text += "; nothing can be heard in " + counted(listened.unheard, "file");
  text += "\n";
  for (const std::string& example : listened.examples) text += "  " + example + "\n";
  return text;
}

std::string encoded_text(const EncodedResult& encoded, bool is_dry_run) {
  return (encoded.are_new ? "another encoder than before: what was encoded is encoded again\n"
                          : "") +
         listened_text(encoded, "encoded into the space " + encoded.space, is_dry_run);
}

std::string sound_text(const SoundResult& sound, bool is_dry_run) {
  const std::string text = listened_text(sound, "measured", is_dry_run);
  if (sound.agreement.is_empty()) return text;
  return text + "measured beside imported:\n" + library::agreement_text(sound.agreement);
}

std::string sources_text(const std::vector<std::pair<std::string, std::string>>& sources) {
  if (sources.empty()) return "";
  std::size_t width = 0;
  for (const auto& [name, help] : sources) width = std::max(width, name.size());
  std::string text = "what is read:\n";
  for (const auto& [name, help] : sources) {
    text += "  " + name + std::string(width - name.size() + 2, ' ') +
            help.substr(0, help.find('\n')) + "\n";
  }
  return text;
}

Json match_json(const std::string& user, const library::MatchRate& rate) {
  return {{"user", user},
          {"plays", rate.plays},
          {"plays_by_id", rate.plays_by_id},
          {"plays_by_name", rate.plays_by_name},
          {"tracks", rate.tracks},
          {"tracks_by_id", rate.tracks_by_id},
          {"tracks_by_name", rate.tracks_by_name}};
}

Json listened_json(const Listened& listened) {
  return {{"tracks", listened.heard},
          {"known", listened.known},
          {"unheard_files", listened.unheard},
          {"examples", listened.examples}};
}

Json time_json(const std::optional<std::int64_t>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

Json file_json(const FileResult& file) {
  Json json = {{"path", file.path},
               {"format", file.format.empty() ? Json(nullptr) : Json(file.format)},
               {"user", file.user.empty() ? Json(nullptr) : Json(file.user)},
               {"rows", file.rows},
               {"buckets", Json::object()},
               {"first", time_json(file.first)},
               {"last", time_json(file.last)}};
  for (const auto& [name, count] : file.buckets) json["buckets"][name] = count;
  if (!file.notes.empty()) json["notes"] = file.notes;
  for (const EndedList& ended : file.ended) {
    json["ended"].push_back({{"list", ended.list}, {"count", ended.count}, {"names", ended.names}});
  }
  if (!file.examples.empty()) json["examples"] = file.examples;
  if (!file.what.empty()) json["what"] = file.what;
  if (!file.error.empty()) json["error"] = file.error;
  return json;
}

Json likeness_json(const ImportResult& result) {
  return {{"tracks", result.likeness.tracks},
          {"lowest", result.likeness.tracks > 0 ? Json(result.likeness.lowest) : Json(nullptr)},
          {"least", result.least_likeness}};
}

Json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json list = Json::array();
  for (const auto& [path, reason] : pairs) list.push_back({{"path", path}, {"reason", reason}});
  return list;
}

}  // namespace

std::string buckets_text(const BucketCounts& buckets) {
  std::string text;
  for (const auto& [name, count] : buckets) {
    text += (text.empty() ? "" : ", ") + grouped(count) + " " + name;
  }
  return text.empty() ? "nothing" : text;
}

std::string ended_text(const std::vector<EndedList>& lists) {
  std::string text;
  for (const EndedList& ended : lists) {
    text += (text.empty() ? "" : "; ") + grouped(ended.count) + " " + singular(ended) + " (";
    for (std::size_t k = 0; k < ended.names.size(); ++k) text += (k ? ", " : "") + ended.names[k];
    const auto more = ended.count - static_cast<std::int64_t>(ended.names.size());
    text += (more > 0 ? " and " + grouped(more) + " more)" : ")");
  }
  return text;
}

bool FileResult::is_fruitful() const {
  if (!ended.empty()) return true;
  return std::any_of(buckets.begin(), buckets.end(), [](const auto& bucket) {
    static constexpr std::array<std::string_view, 6> kStored = {
        "new", "duplicate", "short", "updated", "refined", "unchanged"};
    return std::find(kStored.begin(), kStored.end(), bucket.first) != kStored.end();
  });
}

void ImportResult::find_fruitless(const std::vector<std::string>& paths) {
  for (std::size_t argument = 0; argument < paths.size(); ++argument) {
    const bool is_fruitful = std::any_of(files.begin(), files.end(), [&](const FileResult& file) {
      return file.argument == argument && file.is_fruitful();
    });
    if (!is_fruitful) fruitless.push_back(paths[argument]);
  }
}

void add_ended(std::vector<EndedList>& lists, const std::string& list, const std::string& name) {
  constexpr std::size_t kMostNames = 5;
  auto found = std::find_if(lists.begin(), lists.end(),
                            [&](const EndedList& ended) { return ended.list == list; });
  if (found == lists.end()) found = lists.insert(lists.end(), EndedList{list, 0, {}});
  ++found->count;
  if (found->names.size() < kMostNames) found->names.push_back(name);
}

std::int64_t ImportResult::rows() const {
  std::int64_t rows = 0;
  for (const FileResult& file : files) rows += file.rows;
  return rows;
}

BucketCounts ImportResult::buckets() const {
  BucketCounts sums;
  for (const FileResult& file : files) {
    for (const auto& [name, count] : file.buckets) sums[name] += count;
  }
  return sums;
}

bool ImportResult::is_good() const {
  if (is_named_unrecognised || !refused.empty() || !fruitless.empty()) return false;
  for (const FileResult& file : files) {
    if (!file.error.empty()) return false;
  }
  return true;
}

std::string likeness_text(const ImportResult& result) {
  if (result.likeness.tracks == 0) return "";
  char scores[64];
  std::snprintf(scores, sizeof scores, "the least like %.2f, from %.2f on", result.likeness.lowest,
                result.least_likeness);
  return counted(result.likeness.tracks, "track") +
         (result.likeness.tracks == 1 ? " without an id is" : " without an id are") +
         " matched by likeness of the titles (" + scores +
         "; engine library unmatched lists them): one that is wrong is taken apart by engine "
         "library unmerge";
}

std::string import_text(const ImportResult& result) {
  std::string text;
  const char* record = result.are_music_files ? "file" : "record";
  for (const FileResult& file : result.files) text += file_text(file, record);
  for (const auto& [path, reason] : result.refused) text += path + ": not read: " + reason + "\n";
  text += (result.is_dry_run ? "dry run, nothing was written; it would be " : "all: ") +
          counted(result.rows(), record) +
          (result.are_music_files
               ? ""
               : " of " + counted(static_cast<std::int64_t>(result.files.size()), "file")) +
          ": " + buckets_text(result.buckets()) + "\n";
  text += lyrics_text(result.lyrics, result.is_dry_run);
  if (result.sound) text += sound_text(*result.sound, result.is_dry_run);
  if (result.encoded) text += encoded_text(*result.encoded, result.is_dry_run);
  if (const std::string likeness = likeness_text(result); !likeness.empty())
    text += likeness + "\n";
  for (const auto& [user, rate] : result.match_rates) text += match_text(user, rate);
  for (const std::string& path : result.fruitless) {
    text += "nothing came of " + path + "\n";
  }
  if (result.is_named_unrecognised) text += sources_text(result.sources);
  if (result.is_interrupted) {
    text += "interrupted: import the same files again to go on\n";
  }
  return text;
}

Json import_json(const ImportResult& result) {
  Json json = {{"user", result.user.empty() ? Json(nullptr) : Json(result.user)},
               {"files", Json::array()},
               {"dry_run", result.is_dry_run},
               {"interrupted", result.is_interrupted},
               {"seconds", result.seconds}};
  for (const FileResult& file : result.files) json["files"].push_back(file_json(file));
  json["refused"] = pairs_json(result.refused);
  if (!result.fruitless.empty()) json["fruitless"] = result.fruitless;
  if (result.are_music_files) {
    json["lyrics"] = {{"in_tags", result.lyrics.tags},
                      {"in_files", result.lyrics.files},
                      {"instrumental", result.lyrics.instrumental}};
  }
  if (const auto& sound = result.sound) {
    json["sound"] = listened_json(*sound);
    json["sound"]["agreement"] = library::agreement_json(sound->agreement);
  }
  if (const auto& encoded = result.encoded) {
    json["encoded"] = listened_json(*encoded);
    json["encoded"]["space"] = encoded->space;
    json["encoded"]["again"] = encoded->are_new;
  }
  json["likeness"] = likeness_json(result);
  json["match_rates"] = Json::array();
  for (const auto& [user, rate] : result.match_rates) {
    json["match_rates"].push_back(match_json(user, rate));
  }
  return json;
}

}  // namespace engine::import
