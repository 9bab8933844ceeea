#include "recipe/playlist_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// Infinity, which only a library's own columns can hold, is no number in JSON.
Json number_json(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  // As JSON has it: without a point or an exponent it is a whole number.
  if (std::strpbrk(text, ".e") != nullptr) return std::strtod(text, nullptr);
  return static_cast<std::int64_t>(std::strtoll(text, nullptr, 10));
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json value_json(const PlaylistValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return number_json(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

Json track_json(const PlaylistTrack& track, std::size_t position, bool is_hashed) {
  Json json;
  json["position"] = position;
  json["track"] = track.id;
  json["title"] = track.title;
  json["artist"] = track.artist;
  json["album"] = track.album;
  json["duration_ms"] = track.duration_ms > 0 ? Json(track.duration_ms) : Json(nullptr);
  json["spotify_uri"] = text_or_null(track.spotify_uri);
  json["score"] = track.score ? number_json(*track.score) : Json(nullptr);
  json["columns"] = values_json(track.columns);
  json["explanation"] = track.explanation;
  json["reasons"] = track.reasons;
  if (!is_hashed) json["found_by"] = found_by_json(track.found_by);
  json["plays"] = track.plays;
  json["last_played"] = track.plays == 0 ? Json(nullptr) : Json(format_time(track.last_played));
  if (!track.shown.empty()) json["shown"] = values_json(track.shown);
  return json;
}

Json list_of_tracks(const Playlist& playlist, bool is_hashed) {
  Json tracks = Json::array();
  for (const PlaylistTrack& track : playlist.tracks)
    tracks.push_back(track_json(track, tracks.size() + 1, is_hashed));
  return tracks;
}

Json statistics_json(const Playlist& playlist) {
  const PlaylistStatistics& statistics = playlist.statistics;
  Json channels = Json::object(), branches = Json::array(), coverage = Json::object();
  for (const auto& [name, tracks] : statistics.channels) channels[name] = tracks;
  for (const BranchCount& branch : statistics.branches) {
    branches.push_back({{"branch", branch.branch},
                        {"share", branch.share},
                        {"slots", branch.slots},
                        {"filled", branch.filled},
                        {"fallbacks", branch.fallbacks}});
  }
  for (const auto& [feature, share] : statistics.feature_coverage)
    coverage[feature] = number_json(share);
  Json json;
  json["tracks"] = playlist.tracks.size();
  json["minutes"] = number_json(statistics.minutes);
  json["generative"] = statistics.generative;
  json["base"] = static_cast<std::int64_t>(playlist.tracks.size()) - statistics.generative;
  json["fallbacks"] = statistics.fallbacks;
  json["channels"] = std::move(channels);
  json["branches"] = std::move(branches);
  json["feature_coverage"] = std::move(coverage);
  return json;
}

Json files_json(const std::vector<FileRead>& files) {
  Json json = Json::array();
  for (const FileRead& file : files) {
    json.push_back({{"path", file.path},
                    {"hash", file.hash},
                    {"element", file.element},
                    {"parameter", file.parameter}});
  }
  return json;
}

Json receipt_json(const std::vector<ReceiptEntry>& receipt) {
  Json list = Json::array();
  for (const ReceiptEntry& entry : receipt) {
    list.push_back(
        {{"constraint", entry.constraint}, {"dropped", entry.dropped}, {"bound", entry.is_bound}});
    if (!entry.relaxed.empty()) list.back()["relaxed"] = entry.relaxed;
  }
  return list;
}

Json kept_json(const KeptOf& kept) {
  const CurrentVersion& before = kept.before;
  Json json;
  json["playlist"] = before.playlist;
  json["version"] = before.version > 0 ? Json(before.version) : Json(nullptr);
  json["before"] = before.track_ids;
  json["pinned"] = before.pinned;
  if (!kept.changes) return json;
  const KeepChanges& changes = *kept.changes;
  json["allowed"] = changes.allowed;
  json["came"] = changes.came;
  json["left"] = Json::array();
  for (const KeepChanges::Left& left : changes.left)
    json["left"].push_back(
        {{"track", left.track_id}, {"why", left.why}, {"forced", left.is_forced}});
  json["waiting"] = changes.waiting;
  json["retained"] = changes.retained;
  return json;
}

Json trace_json(const std::vector<TraceEntry>& trace) {
  Json list = Json::array();
  for (const TraceEntry& entry : trace) {
    list.push_back({{"node", entry.node},
                    {"where", entry.where},
                    {"rows_in", entry.rows_in},
                    {"rows_out", entry.rows_out},
                    {"ms", std::round(entry.ms * 1000) / 1000}});
    if (entry.is_reused) list.back()["reused"] = true;
  }
  return list;
}

// ---- and back

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? "" : found->get<std::string>();
}

std::int64_t time_at(const Json& json, const char* name) {
  const std::string text = text_at(json, name);
  if (text.empty()) return 0;
  // What format_time() writes, of any year: --now may be one that nobody writes by hand.
  std::tm parts{};
  if (std::sscanf(text.c_str(), "%d-%2d-%2dT%2d:%2d:%2dZ", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != 6)
    throw nlohmann::json::other_error::create(501, "\"" + text + "\" is no time", &json);
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return ::timegm(&parts);
}

template <typename T>
T value_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? T{} : found->get<T>();
}

PlaylistValues read_values(const Json& json) {
  PlaylistValues values;
  for (const auto& [name, value] : json.items()) {
    values.emplace_back(name, value.is_number()   ? PlaylistValue(value.get<double>())
                              : value.is_string() ? PlaylistValue(value.get<std::string>())
                                                  : PlaylistValue());
  }
  return values;
}

std::vector<FoundBy> read_found_by(const Json& track) {
  std::vector<FoundBy> sources;
  const auto list = track.find("found_by");
  if (list == track.end()) return sources;
  for (const Json& source : *list) {
    FoundBy& found = sources.emplace_back();
    found.channel = text_at(source, "channel");
    found.seed = text_at(source, "seed");
    if (source.at("value").is_number()) found.value = source.at("value").get<double>();
  }
  return sources;
}

std::vector<FileRead> read_files(const Json& json) {
  std::vector<FileRead> files;
  for (const Json& file : json) {
    files.push_back({text_at(file, "element"), text_at(file, "parameter"), text_at(file, "path"),
                     text_at(file, "hash")});
  }
  return files;
}

PlaylistTrack read_track(const Json& json) {
  PlaylistTrack track;
  track.id = json.at("track").get<std::int64_t>();
  track.title = text_at(json, "title");
  track.artist = text_at(json, "artist");
  track.album = text_at(json, "album");
  track.duration_ms = value_at<std::int32_t>(json, "duration_ms");
  track.spotify_uri = text_at(json, "spotify_uri");
  if (json.at("score").is_number()) track.score = json.at("score").get<double>();
  track.columns = read_values(json.at("columns"));
  if (const auto shown = json.find("shown"); shown != json.end()) track.shown = read_values(*shown);
  track.explanation = json.at("explanation").get<std::vector<std::string>>();
  track.reasons = value_at<std::vector<std::string>>(json, "reasons");
  track.found_by = read_found_by(json);
  track.plays = value_at<std::int64_t>(json, "plays");
  track.last_played = time_at(json, "last_played");
  return track;
}

PlaylistStatistics read_statistics(const Json& json) {
  PlaylistStatistics statistics;
  statistics.minutes = json.at("minutes").get<double>();
  statistics.generative = json.at("generative").get<std::int64_t>();
  statistics.fallbacks = json.at("fallbacks").get<std::int64_t>();
  for (const auto& [name, tracks] : json.at("channels").items())
    statistics.channels.emplace_back(name, tracks.get<std::int64_t>());
  for (const Json& branch : json.at("branches")) {
    BranchCount count;
    count.branch = branch.at("branch").get<std::string>();
    count.share = branch.at("share").get<double>();
    count.slots = branch.at("slots").get<std::int64_t>();
    count.filled = branch.at("filled").get<std::int64_t>();
    count.fallbacks = branch.at("fallbacks").get<std::int64_t>();
    statistics.branches.push_back(std::move(count));
  }
  for (const auto& [feature, share] : json.at("feature_coverage").items()) {
    statistics.feature_coverage.emplace_back(
        feature, share.is_number() ? share.get<double>() : std::nan(""));
  }
  return statistics;
}

KeptOf read_kept(const Json& json) {
  KeptOf kept;
  kept.before.playlist = text_at(json, "playlist");
  kept.before.version = value_at<std::int64_t>(json, "version");
  json.at("before").get_to(kept.before.track_ids);
  json.at("pinned").get_to(kept.before.pinned);
  if (!json.contains("allowed")) return kept;
  KeepChanges& changes = kept.changes.emplace();
  json.at("allowed").get_to(changes.allowed);
  json.at("came").get_to(changes.came);
  for (const Json& left : json.at("left")) {
    changes.left.push_back({left.at("track").get<std::int64_t>(), text_at(left, "why"),
                            left.at("forced").get<bool>()});
  }
  json.at("waiting").get_to(changes.waiting);
  json.at("retained").get_to(changes.retained);
  return kept;
}

ParameterValues read_parameters(const Json& json) {
  ParameterValues values;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number()) values.emplace_back(name, value.get<double>());
    if (value.is_boolean()) values.emplace_back(name, value.get<bool>());
    if (value.is_string()) values.emplace_back(name, value.get<std::string>());
  }
  return values;
}

}  // namespace

Playlist playlist_of(const Json& json) {
  Playlist playlist;
  if (json.at("run").is_number()) playlist.run = json.at("run").get<std::int64_t>();
  playlist.recipe = text_at(json, "recipe");
  playlist.title = text_at(json, "title");
  playlist.user = text_at(json, "user");
  playlist.now = time_at(json, "now");
  playlist.random_seed = json.at("random_seed").get<std::uint64_t>();
  playlist.parameters = read_parameters(json.at("parameters"));
  playlist.fallback = text_at(json, "fallback");
  for (const Json& track : json.at("tracks")) playlist.tracks.push_back(read_track(track));
  playlist.statistics = read_statistics(json.at("statistics"));
  for (const Json& entry : json.at("receipt")) {
    playlist.receipt.push_back({entry.at("constraint").get<std::string>(),
                                entry.at("dropped").get<std::int64_t>(),
                                entry.at("bound").get<bool>(), text_at(entry, "relaxed")});
  }
  if (const auto kept = json.find("kept"); kept != json.end()) playlist.kept = read_kept(*kept);
  if (const auto files = json.find("files"); files != json.end())
    playlist.files = read_files(*files);
  json.at("notices").get_to(playlist.notices);
  for (const Json& entry : json.at("trace")) {
    playlist.trace.push_back(
        {entry.at("node").get<std::string>(), entry.at("where").get<std::string>(),
         entry.at("rows_in").get<std::int64_t>(), entry.at("rows_out").get<std::int64_t>(),
         entry.at("ms").get<double>(), value_at<bool>(entry, "reused")});
  }
  return playlist;
}

std::string PlaylistTrack::text(const std::string& column) const {
  for (const auto& [name, value] : columns) {
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && name == column)
      return *text;
  }
  return "";
}

std::vector<std::int64_t> Playlist::track_ids() const {
  std::vector<std::int64_t> ids;
  for (const PlaylistTrack& track : tracks) ids.push_back(track.id);
  return ids;
}

Json values_json(const PlaylistValues& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = value_json(value);
  return json;
}

Json parameters_json(const ParameterValues& values) {
  Json parameters = Json::object();
  for (const auto& [name, value] : values) {
    if (const auto* number = std::get_if<double>(&value)) parameters[name] = number_json(*number);
    if (const auto* flag = std::get_if<bool>(&value)) parameters[name] = *flag;
    if (const auto* text = std::get_if<std::string>(&value)) parameters[name] = *text;
  }
  return parameters;
}

Json found_by_json(const std::vector<FoundBy>& sources) {
  Json list = Json::array();
  for (const FoundBy& found : sources) {
    list.push_back({{"channel", found.channel},
                    {"seed", text_or_null(found.seed)},
                    {"value", found.value ? number_json(*found.value) : Json(nullptr)}});
  }
  return list;
}

Json tracks_json(const Playlist& playlist) {
  return list_of_tracks(playlist, false);
}

Json hashed_tracks_json(const Playlist& playlist) {
  return list_of_tracks(playlist, true);
}

Json playlist_json(const Playlist& playlist) {
  Json json;
  json["run"] = playlist.run ? Json(*playlist.run) : Json(nullptr);
  json["recipe"] = playlist.recipe;
  json["title"] = playlist.title;
  json["user"] = playlist.user;
  json["now"] = format_time(playlist.now);
  json["random_seed"] = playlist.random_seed;
  json["parameters"] = parameters_json(playlist.parameters);
  json["fallback"] = text_or_null(playlist.fallback);
  json["tracks"] = tracks_json(playlist);
  json["statistics"] = statistics_json(playlist);
  json["receipt"] = receipt_json(playlist.receipt);
  if (playlist.kept) json["kept"] = kept_json(*playlist.kept);
  if (!playlist.files.empty()) json["files"] = files_json(playlist.files);
  json["notices"] = playlist.notices;
  json["trace"] = trace_json(playlist.trace);
  return json;
}

Playlist read_playlist(const std::string& json) {
  try {
    return playlist_of(Json::parse(json));
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::kStore, "the record of a run cannot be read", {"", "", error.what(), ""});
  }
}

}  // namespace engine
