#include "library/subject.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/text_key.hpp"

namespace engine::library {
namespace {

constexpr std::size_t kMostChoices = 8;

/// A subject with what tells versions of a song from other songs.
struct Found {
  Subject subject;
  std::string song_key;
};

bool is_digits(const std::string& text) {
  return !text.empty() && text.size() < 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class SubjectSearch {
 public:
  explicit SubjectSearch(const Store& store) : store_(store) {}

  std::vector<Found> find(const std::string& name) {
    if (by_number(name) || by_outside_id(name)) return std::move(found_);
    by_artist_and_title(name);
    if (found_.empty()) by_title(name);
    artists_where("key = ?1", artist_key(name));
    return std::move(found_);
  }

  [[nodiscard]] std::vector<std::string> artist_names() const {
    std::vector<std::string> names;
    Statement select = store_.prepare("SELECT name FROM artists");
    for (select.start(); select.step();) names.emplace_back(select.text(0));
    return names;
  }

 private:
  template <class Value>
  void tracks_where(const std::string& condition, const Value& value) {
    Statement select = store_.prepare(
        "SELECT t.track_id, ifnull(t.title, ''), ifnull(a.name, ''), "
        "ifnull(t.song_key, 'track ' || t.track_id) FROM tracks t LEFT JOIN artists a USING "
        "(artist_id) WHERE " +
        condition + " ORDER BY t.track_id");
    for (select.start(value); select.step();) {
      found_.push_back(
          {{false, select.integer(0), std::string(select.text(1)), std::string(select.text(2))},
           std::string(select.text(3))});
    }
  }
  template <class Value>
  void artists_where(const std::string& condition, const Value& value) {
    Statement select = store_.prepare("SELECT artist_id, name FROM artists WHERE " + condition);
    for (select.start(value); select.step();)
      found_.push_back({{true, select.integer(0), "", std::string(select.text(1))}, ""});
  }

  bool by_number(const std::string& name) {
    const std::size_t colon = name.find(':');
    const std::string kind = colon == std::string::npos ? "track" : name.substr(0, colon);
    const std::string number = colon == std::string::npos ? name : name.substr(colon + 1);
    if (!is_digits(number) || (kind != "track" && kind != "artist")) return false;
    if (kind == "artist") {
      artists_where("artist_id = ?1", std::stoll(number));
    } else {
      tracks_where("t.track_id = ?1", std::stoll(number));
    }
    // A name may be digits only: "1999".
    return colon != std::string::npos || !found_.empty();
  }

  bool by_outside_id(const std::string& name) {
    std::string id = name;
    for (const char* prefix : {"spotify:track:", "spotify:artist:", "/track/", "/artist/"}) {
      const std::size_t at = name.find(prefix);
      if (at == std::string::npos) continue;
      const std::size_t begin = at + std::string(prefix).size();
      id = name.substr(begin, name.find_first_of("?/#", begin) - begin);
    }
    tracks_where("t.track_id IN (SELECT track_id FROM track_ids WHERE id = ?1)", id);
    artists_where("artist_id IN (SELECT artist_id FROM artist_ids WHERE id = ?1)", id);
    return !found_.empty();
  }

  /// Either part may hold " - " itself.
  void by_artist_and_title(const std::string& name) {
    for (std::size_t at = name.find(" - "); at != std::string::npos;
         at = name.find(" - ", at + 1)) {
      const TextKey key = text_key(name.substr(0, at), name.substr(at + 3));
      if (key.artist.empty() || key.title.empty()) continue;
      tracks_where("t.key = ?1", key.track_key());
      if (found_.empty()) tracks_where("t.song_key = ?1", key.song_key());
      if (!found_.empty()) return;
    }
  }

  void by_title(const std::string& name) {
    const TextKey key = text_key("", name);
    const std::string ending = "\x1f" + key.title + "\x1f" + key.version;
    tracks_where("substr(t.key, -length(?1)) = ?1", ending);
    if (found_.empty()) {
      const std::string song = "\x1f" + key.title;
      tracks_where("substr(t.song_key, -length(?1)) = ?1", song);
    }
  }

  const Store& store_;
  std::vector<Found> found_;
};

/// Versions of one song are one thing.
std::vector<Subject> distinct(const std::vector<Found>& all,
                              const std::function<bool(const Subject&)>& is_meant) {
  std::vector<Subject> subjects;
  std::map<std::string, std::size_t> songs;
  for (const Found& found : all) {
    if (found.subject.is_artist) {
      subjects.push_back(found.subject);
      continue;
    }
    const auto [song, is_new] = songs.emplace(found.song_key, subjects.size());
    if (is_new) {
      subjects.push_back(found.subject);
    } else if (!is_meant(subjects[song->second]) && is_meant(found.subject)) {
      subjects[song->second] = found.subject;
    }
  }
  return subjects;
}

[[noreturn]] void throw_unknown(const Store& store, const std::string& name,
                                const std::vector<std::string>& artists) {
  const std::string near = nearest(name, artists);
  throw Error(Exit::kInput, "the library knows no track or artist \"" + name + "\"",
              {.where = store.path(),
               .source = {},
               .why = "a name is a title, an artist, \"ARTIST - TITLE\", a number (track:12, "
                      "artist:5), a Spotify id, an ISRC or a MusicBrainz id",
               .fix = near.empty() ? "look how it is spelled: engine stats --top 100"
                                   : "did you mean \"" + near + "\"?"});
}

[[noreturn]] void throw_ambiguous(const Store& store, const std::string& name,
                                  const std::vector<Subject>& choices) {
  std::string list;
  for (std::size_t k = 0; k < choices.size() && k < kMostChoices; ++k)
    list += (k ? ", " : "") + choices[k].reference() + " " + choices[k].label();
  if (choices.size() > kMostChoices)
    list += " and " + std::to_string(choices.size() - kMostChoices) + " more";
  throw Error(Exit::kInput, "\"" + name + "\" names " + std::to_string(choices.size()) + " things",
              {.where = store.path(),
               .source = {},
               .why = list,
               .fix = "type the one you mean, such as " + choices.front().reference()});
}

}  // namespace

std::string Subject::reference() const {
  return (is_artist ? "artist:" : "track:") + std::to_string(id);
}

std::string Subject::label() const {
  if (is_artist) return artist;
  if (title.empty()) return "track " + std::to_string(id);
  return "\"" + title + "\"" + (artist.empty() ? "" : " by " + artist);
}

Subject find_subject(const Store& store, const std::string& name,
                     const std::function<bool(const Subject&)>& is_meant) {
  SubjectSearch search(store);
  const std::vector<Subject> choices = distinct(search.find(name), is_meant);
  if (choices.empty()) throw_unknown(store, name, search.artist_names());
  if (choices.size() == 1) return choices.front();
  const auto meant = std::count_if(choices.begin(), choices.end(), is_meant);
  if (meant == 1) return *std::find_if(choices.begin(), choices.end(), is_meant);
  throw_ambiguous(store, name, choices);
}

}  // namespace engine::library
