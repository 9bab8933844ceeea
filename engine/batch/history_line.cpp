#include "batch/history_line.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <simdjson.h>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "store/listen_flags.hpp"

namespace engine::batch {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw Error(Exit::kInput, "this is no history: " + where + " " + why,
              {"", "", "", "engine help cluster has how a line looks"});
}

/// What is wrong with text that is no JSON, and where: simdjson says neither.
std::string json_fault(std::string_view line, simdjson::error_code error) {
  try {
    const nlohmann::json parsed = nlohmann::json::parse(line);
    return simdjson::error_message(error);  // a number of more digits than it takes, nothing else
  } catch (const nlohmann::json::exception& fault) {
    // "[json.exception.parse_error.101] parse error at ..." from "parse" on.
    const std::string told = fault.what();
    const std::size_t end = told.find("] ");
    return end == std::string::npos ? told : told.substr(end + 2);
  }
}

/// One object of the line, whose members are asked for by name. Each must be asked for once.
class Members {
 public:
  /// `where`: "listens[3]".
  Members(const element& value, std::string where) : where_(std::move(where)) {
    if (value.get(object_) != simdjson::SUCCESS) refuse(where_, "is no object");
  }

  /// Null is as if it were missing.
  [[nodiscard]] std::optional<element> find(const char* name) {
    asked_.at(asked_count_++) = name;
    element found;
    if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    ++found_count_;
    return found.is_null() ? std::nullopt : std::optional(found);
  }
  /// "" where there is none. Valid as long as what was parsed.
  [[nodiscard]] std::string_view text(const char* name) {
    const std::optional<element> found = find(name);
    if (!found) return {};
    if (!found->is_string()) refuse(told(name), "is no text");
    return found->get_string().value();
  }
  [[nodiscard]] std::optional<std::int64_t> whole(const char* name) {
    const std::optional<element> found = find(name);
    return found ? std::optional(whole(name, *found)) : std::nullopt;
  }
  [[nodiscard]] std::optional<bool> truth(const char* name) {
    const std::optional<element> found = find(name);
    if (!found) return std::nullopt;
    if (!found->is_bool()) refuse(told(name), "is neither true nor false");
    return found->get_bool().value();
  }
  /// Unix seconds, or a time as --now takes it.
  [[nodiscard]] std::optional<std::int64_t> time(const char* name) {
    const std::optional<element> found = find(name);
    if (!found) return std::nullopt;
    if (!found->is_string()) return whole(name, *found);
    try {
      return parse_time(std::string(found->get_string().value()));
    } catch (const Error& error) {
      refuse(told(name), std::string("is no time: ") + error.what());
    }
  }
  [[nodiscard]] std::string told(const char* name) const {
    return where_.empty() ? name : where_ + "." + name;
  }
  /// To be called once all are asked for.
  void refuse_others() const {
    if (found_count_ == object_.size()) return;
    const auto end = asked_.begin() + static_cast<std::ptrdiff_t>(asked_count_);
    std::vector<std::string_view> names;
    for (const auto& [name, value] : object_) {
      const std::string where = told(std::string(name).c_str());
      if (std::find(asked_.begin(), end, name) == end)
        refuse(where, "is nothing that a history has");
      if (std::ranges::find(names, name) != names.end()) refuse(where, "is there twice");
      names.push_back(name);
    }
  }

 private:
  [[nodiscard]] std::int64_t whole(const char* name, const element& found) const {
    std::int64_t value = 0;
    if (found.get(value) != simdjson::SUCCESS || value < 0)
      refuse(told(name), "is no whole number from 0 on");
    return value;
  }

  object object_;
  std::string where_;
  std::array<std::string_view, 20> asked_;  // more than any object has
  std::size_t asked_count_ = 0, found_count_ = 0;
};

std::int64_t track_of(Members& members, const FindTrack& find) {
  constexpr std::string_view kUri = "spotify:track:";
  const std::int64_t id = members.whole("id").value_or(0);
  library::TrackNames named{members.text("spotify_id"), members.text("isrc"),
                            members.text("mbid"),       members.text("title"),
                            members.text("artist"),     members.text("album")};
  if (named.spotify_id.starts_with(kUri)) named.spotify_id.remove_prefix(kUri.size());
  const bool is_named = !named.title.empty() && !named.artist.empty();
  if (id == 0 && named.spotify_id.empty() && named.isrc.empty() && named.mbid.empty() && !is_named)
    refuse(members.told("id"),
           "is missing, and so are spotify_id, isrc, mbid, and title with artist");
  return find(id, named);
}

std::int64_t flags_of(Members& members) {
  std::int64_t flags = 0;
  if (const auto skipped = members.truth("skipped"))
    flags |= *skipped ? ListenFlags::kSkipped : ListenFlags::kNotSkipped;
  if (const auto shuffle = members.truth("shuffle"))
    flags |= ListenFlags::kShuffleKnown | (*shuffle ? ListenFlags::kShuffle : 0);
  if (members.truth("offline").value_or(false)) flags |= ListenFlags::kOffline;
  if (members.truth("incognito").value_or(false)) flags |= ListenFlags::kIncognito;
  return flags | ListenFlags::with_start(play_reason(members.text("reason_start"))) |
         ListenFlags::with_end(play_reason(members.text("reason_end")));
}

struct Listen {
  std::int64_t ts, track, flags;
  std::int32_t ms_played;
  std::string_view country;
};

std::optional<Listen> read_listen(Members members, const FindTrack& find) {
  const std::optional<std::int64_t> ts = members.time("ts"), ms = members.whole("ms_played");
  if (!ts) refuse(members.told("ts"), "is missing");
  if (ms && *ms > INT32_MAX) refuse(members.told("ms_played"), "is more than 24 days");
  const Listen listen{*ts, track_of(members, find), flags_of(members),
                      ms ? static_cast<std::int32_t>(*ms) : INT32_MIN, members.text("country")};
  members.refuse_others();
  if (listen.track == 0) return std::nullopt;
  return listen;
}

/// Calls `read(element, "NAME[3]")` for each of an array; none where it is missing.
template <class Read>
std::size_t for_each(Members& line, const char* name, const Read& read) {
  const std::optional<element> found = line.find(name);
  if (!found) return 0;
  simdjson::dom::array array;
  if (found->get(array) != simdjson::SUCCESS) refuse(name, "is no array");
  std::size_t count = 0;
  for (const element one : array)
    read(one, std::string(name) + "[" + std::to_string(count++) + "]");
  return count;
}

void read_listens(Members& line, const FindTrack& find, ReadHistory& made) {
  std::vector<Listen> listens;
  made.listens = for_each(line, "listens", [&](const element& one, const std::string& where) {
    if (const auto listen = read_listen(Members(one, where), find)) listens.push_back(*listen);
  });
  made.unknown_listens = made.listens - listens.size();
  std::ranges::stable_sort(listens, {}, [](const Listen& listen) {
    return std::tie(listen.ts, listen.track, listen.ms_played);
  });
  for (const Listen& listen : listens)
    made.history.listens.add(listen.ts, listen.track, listen.ms_played, listen.flags,
                             listen.country);
}

void read_likes(Members& line, const FindTrack& find, ReadHistory& made) {
  made.likes = for_each(line, "likes", [&](const element& one, const std::string& where) {
    Members members(one, where);
    const DatedLike like{track_of(members, find), members.time("ts").value_or(0)};
    members.refuse_others();
    if (like.track_id != 0) made.history.likes.push_back(like);
  });
  made.unknown_likes = made.likes - made.history.likes.size();
}

std::string zone_of(Members& line) {
  const std::string zone(line.text("timezone"));
  if (zone.empty()) return "UTC";
  try {
    static_cast<void>(local_day(0, zone));
  } catch (const Error& error) {
    refuse("timezone", std::string("is none: ") + error.what());
  }
  return zone;
}

}  // namespace

ReadHistory read_history(std::string_view line, const FindTrack& find) {
  simdjson::dom::parser parser;
  element json;
  const simdjson::error_code error = parser.parse(line.data(), line.size()).get(json);
  if (error != simdjson::SUCCESS) refuse("the line", "is no JSON: " + json_fault(line, error));
  Members members(json, "");
  ReadHistory made;
  made.history.user = std::string(members.text("user"));
  if (made.history.user.empty()) refuse("user", "is missing");
  made.history.timezone = zone_of(members);
  read_listens(members, find, made);
  read_likes(members, find, made);
  members.refuse_others();
  return made;
}

std::string user_of_history(std::string_view line) {
  simdjson::dom::parser parser;
  element json;
  std::string_view user;
  const simdjson::error_code error = parser.parse(line.data(), line.size()).get(json);
  if (error != simdjson::SUCCESS || json["user"].get(user) != simdjson::SUCCESS) return "";
  return std::string(user);
}

}  // namespace engine::batch
