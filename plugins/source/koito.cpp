// source.koito: the export of Koito, {"version", "exported_at", "user", "listens": [...]}.
//
// Records   {"listened_at", "track": {"mbid", "duration", "aliases"}, "album": {"mbid", "aliases"},
//           "artists": [{"mbid", "is_primary", "aliases"}]}; a name is the alias that is primary,
//           else the first. The artist that is primary comes first
// Time      when the play began, with its zone; "duration" of the track in seconds
// Buckets   now_playing (no time), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "ids.hpp"
#include "json_parts.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t { kListenedAt, kTrack, kAlbum, kArtists, kClient, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"listened_at", "track", "album",
                                                              "artists", "client"};
enum PartField : std::size_t { kMbid, kDuration, kAliases, kIsPrimary, kPartFieldCount };
constexpr std::array<std::string_view, kPartFieldCount> kPartNames = {"mbid", "duration", "aliases",
                                                                      "is_primary"};
enum AliasField : std::size_t { kAlias, kIsPrimaryAlias, kAliasFieldCount };
constexpr std::array<std::string_view, kAliasFieldCount> kAliasNames = {"alias", "is_primary"};
constexpr std::array<std::string_view, 1> kLists = {"listens"};

class Koito final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    return head.is_object() && head.has_all({"listens", "listened_at", "aliases"}) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = without_bom(call.input().bytes());
    const char* list = find_list(text, kLists);
    if (list == nullptr) throw playlist::Unsupported("no list \"listens\"");
    PlayRows plays(call);
    read_list_at(text, list, kNames, fields_, values_.data(), call,
                 [&] { take_record(call, plays); });
    call.finish();
  }

 private:
  void take_record(playlist::SourceCall& call, PlayRows& plays) {
    Play play;
    const std::string_view when = values_[kListenedAt].text(buffer_);
    const auto time = read_time(when);
    if (!time && !when.empty()) return call.malformed("listened_at is no time: " + quoted(when));
    if (time) play.ts = time->seconds;
    play.stamp = kStampStart;
    read_part(values_[kTrack], part_fields_, part_);
    play.title = name(part_[kAliases]);
    play.mbid = mbid(part_[kMbid].text(buffer_));
    if (const auto seconds = part_[kDuration].number()) play.duration_ms = *seconds * 1000;
    read_part(values_[kAlbum], part_fields_, part_);
    play.album = name(part_[kAliases]);
    read_artists(play);
    play.teller = values_[kClient].text(buffer_);
    plays.put(play);
  }

  void read_artists(Play& play) {
    std::string others;
    for_each_item(values_[kArtists], [&](JsonReader& reader) {
      if (reader.peek() != '{' || !part_fields_.read(reader, part_.data())) return false;
      const bool is_primary = part_[kIsPrimary].boolean().value_or(false);
      const std::string artist_mbid = mbid(part_[kMbid].text(buffer_));
      if (is_primary && play.artist_mbid.empty()) play.artist_mbid = artist_mbid;
      add_name(is_primary ? play.artist : others, name(part_[kAliases]));
      return true;
    });
    if (!others.empty()) play.artist += (play.artist.empty() ? "" : "\x1f") + others;
  }

  std::string name(const JsonValue& aliases) {
    std::string found;
    for_each_item(aliases, [&](JsonReader& reader) {
      if (reader.peek() != '{' || !alias_fields_.read(reader, alias_.data())) return false;
      const bool is_primary = alias_[kIsPrimaryAlias].boolean().value_or(false);
      if (is_primary || found.empty()) found = alias_[kAlias].text(buffer_);
      return !is_primary;
    });
    return found;
  }

  JsonFields fields_{kNames}, part_fields_{kPartNames}, alias_fields_{kAliasNames};
  std::array<JsonValue, kFieldCount> values_;
  std::array<JsonValue, kPartFieldCount> part_;
  std::array<JsonValue, kAliasFieldCount> alias_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kKoito =
    playlist::element<Koito>("source.koito", "Koito's export: every listen, with MusicBrainz ids.");

}  // namespace source
