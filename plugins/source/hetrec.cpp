// source.hetrec: the tables of HetRec 2011 (Last.fm 2K): tab-separated, with a header, CRLF.
//
// Files     artists.dat -> artists, tags.dat (Latin-1) -> tags, user_artists.dat -> artist_plays,
//           user_taggedartists.dat -> artist_tags, user_friends.dat -> user_relations
// Ids       numbers of this data set, handed over as "hetrec:51"; artists.dat and tags.dat give the
//           names, so import them first or with the others
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "csv.hpp"
#include "elements.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum class Kind { kNone, kArtists, kTags, kPlays, kTagged, kFriends };

/// By the first line.
Kind find_kind(std::string_view text) {
  const std::string_view line = trim(text.substr(0, text.find('\n')));
  if (line.starts_with("id\tname\turl")) return Kind::kArtists;
  if (line == "tagID\ttagValue") return Kind::kTags;
  if (line == "userID\tartistID\tweight") return Kind::kPlays;
  if (line.starts_with("userID\tartistID\ttagID")) return Kind::kTagged;
  if (line == "userID\tfriendID") return Kind::kFriends;
  return Kind::kNone;
}

/// "51" -> "hetrec:51"; "" for anything but a number.
std::string global_id(std::string_view number) {
  const auto id = read_integer(number);
  return id && *id >= 0 ? "hetrec:" + std::to_string(*id) : "";
}

class Hetrec final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return find_kind(without_bom(input.head())) == Kind::kNone ? kNo : kSure;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = without_bom(call.input().bytes());
    const Kind kind = find_kind(text);
    if (kind == Kind::kNone) throw playlist::Unsupported("no table of HetRec 2011");
    call_ = &call;
    make_table(kind);
    CsvReader csv(text, '\t', CsvReader::Quotes::kLiteral);
    csv.next();
    const std::size_t columns = csv.size();
    std::string problem;
    while (csv.next()) {
      if (is_sound_record(csv, columns, problem)) {
        take_record(kind, csv);
      } else {
        call.malformed(problem);
      }
      call.next(csv.offset());
    }
    call.finish();
  }

 private:
  void make_table(Kind kind) {
    constexpr std::uint32_t kText = PLAYLIST_STRING;
    switch (kind) {
      case Kind::kArtists:
        table_ =
            &call_->rows("artists", {{"artist_id", kText, kAlways}, {"artist", kText, kAlways}});
        break;
      case Kind::kTags:
        table_ = &call_->rows("tags", {{"tag_id", kText, kAlways}, {"tag", kText, kAlways}});
        break;
      case Kind::kPlays:
        table_ = &call_->rows("artist_plays", {{"user", kText, kAlways},
                                               {"artist_id", kText, kAlways},
                                               {"plays", PLAYLIST_I32, kAlways}});
        break;
      case Kind::kTagged:
        table_ = &call_->rows(
            "artist_tags",
            {{"user", kText, kAlways}, {"artist_id", kText, kAlways}, {"tag_id", kText, kAlways}});
        break;
      default:
        table_ =
            &call_->rows("user_relations", {{"user", kText, kAlways}, {"related", kText, kAlways}});
    }
  }

  void take_record(Kind kind, const CsvReader& csv) {
    const std::string first = global_id(csv[0]);
    if (first.empty()) return call_->malformed("no number: " + quoted(csv[0]));
    if (kind == Kind::kArtists) return put_name(first, csv[1]);
    if (kind == Kind::kTags) {
      return put_name(first,
                      playlist::is_sound_text(csv[1]) ? std::string(csv[1]) : from_latin1(csv[1]));
    }
    const std::string second = global_id(csv[1]);
    if (second.empty()) return call_->malformed("no number: " + quoted(csv[1]));
    const auto third = read_integer(csv[2]);
    const bool has_third = kind != Kind::kFriends;
    if (has_third && (!third || *third < 0 || *third > 2'000'000'000)) {
      return call_->malformed("no number: " + quoted(csv[2]));
    }
    table_->row();
    table_->set_text(1, first);
    table_->set_text(2, second);
    if (kind == Kind::kPlays) table_->set_i32(3, static_cast<std::int32_t>(*third));
    if (kind == Kind::kTagged) table_->set_text(3, global_id(csv[2]));
  }

  void put_name(const std::string& id, std::string_view name) {
    if (name.empty()) return call_->bucket("empty", "no name");
    table_->row();
    table_->set_text(1, id);
    table_->set_text(2, name);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* table_ = nullptr;
};

}  // namespace

constinit const playlist::Element kHetrec = playlist::element<Hetrec>(
    "source.hetrec", "HetRec 2011 Last.fm tables: artists, tags, plays, friends (*.dat).");

}  // namespace source
