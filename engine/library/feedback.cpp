#include "library/feedback.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/ascii.hpp"
#include "core/calendar.hpp"
#include "core/error.hpp"
#include "core/text_key.hpp"
#include "library/subject.hpp"
#include "store/devices.hpp"
#include "store/holdings.hpp"

namespace engine::library {
namespace {

constexpr std::size_t kLongestText = 2'000;

[[noreturn]] void refuse(const std::string& what, const std::string& why, const std::string& fix) {
  throw Error(Exit::kUsage, what, {"", "", why, fix});
}

/// What stands behind "song:" and its like; nothing where the name does not begin so.
std::optional<std::string> behind(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  return name.substr(prefix.size());
}

const auto kNobody = [](const Subject&) { return false; };

void set_album(const Store& store, FeedbackRow& row, const std::string& name) {
  Statement albums = store.prepare(
      "SELECT DISTINCT album FROM tracks t WHERE artist_id = ?1 AND album IS NOT NULL AND album <> "
      "'' ORDER BY album");
  for (std::size_t at = name.find(" - "); at != std::string::npos; at = name.find(" - ", at + 1)) {
    const auto artist = store.prepare("SELECT artist_id FROM artists WHERE key = ?1")
                            .find_integer(artist_key(name.substr(0, at)));
    if (!artist) continue;
    const std::string wanted = artist_key(name.substr(at + 3));
    for (albums.start(*artist); albums.step();) {
      if (artist_key(std::string(albums.text(0))) != wanted) continue;
      row.subject = FeedbackSubject::kAlbum;
      row.artist = artist;
      row.name = albums.text(0);
      return;
    }
  }
  throw Error(Exit::kInput, "the library knows no album \"" + name + "\"",
              {store.path(), "", "an album is named as album:ARTIST - ALBUM",
               "look how both are spelled: engine stats --top 100"});
}

void set_playlist(const Store& store, FeedbackRow& row, const std::string& name) {
  Statement known = store.prepare(
      "SELECT 1 FROM playlists WHERE user_id = ?1 AND name = ?2 UNION "
      "SELECT 1 FROM holdings WHERE user_id = ?1 AND kind = 6 AND name = ?2");
  if (!known.find_integer(row.user, name)) {
    std::vector<std::string> names;
    Statement all = store.prepare("SELECT DISTINCT name FROM playlists WHERE user_id = ?1");
    for (all.start(row.user); all.step();) names.emplace_back(all.text(0));
    const std::string near = nearest(name, names);
    throw Error(Exit::kInput, "there is no playlist \"" + name + "\" in the library",
                {store.path(), "", "",
                 near.empty() ? "import the playlist, or name one that is there"
                              : "did you mean \"" + near + "\"?"});
  }
  row.subject = FeedbackSubject::kPlaylist;
  row.name = name;
}

std::string lower_cased(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), lower_case);
  return lower;
}

/// By its name, or by a part of it that no other has.
void set_device(const Store& store, FeedbackRow& row, const std::string& name) {
  const std::vector<std::string> known = device_names(store, row.user);
  std::vector<std::string> found;
  for (const std::string& device : known) {
    if (device.empty()) continue;
    if (equal_ignoring_case(device, name)) found.assign(1, device);
    if (found.size() == 1 && equal_ignoring_case(found[0], name)) break;
    if (!name.empty() && lower_cased(device).find(lower_cased(name)) != std::string::npos)
      found.push_back(device);
  }
  if (found.size() == 1) {
    row.subject = FeedbackSubject::kDevice;
    row.name = found[0];
    return;
  }
  std::string names;
  for (const std::string& device : found.empty() ? known : found)
    if (!device.empty()) names += (names.empty() ? "device:" : ", device:") + device;
  throw Error(
      Exit::kInput,
      found.empty() ? "you played nothing on \"" + name + "\""
                    : "several of your devices are called like \"" + name + "\"",
      {store.path(), "", names.empty() ? "no import told what anything was played on" : "",
       names.empty() ? "import an export that tells it, such as Spotify's extended history again"
                     : "name one of these: " + names});
}

void set_track_or_artist(const Store& store, FeedbackRow& row, const std::string& name,
                         FeedbackSubject as_track) {
  const Subject subject = find_subject(store, name, kNobody);
  row.subject = subject.is_artist ? FeedbackSubject::kArtist : as_track;
  (subject.is_artist ? row.artist : row.track) = subject.id;
}

void set_artist_of(const Store& store, FeedbackRow& row) {
  if (row.artist) return;
  const auto artist = store.prepare("SELECT artist_id FROM tracks WHERE track_id = ?1")
                          .find_integer(row.track.value_or(0));
  if (!artist)
    refuse("dislike-artist needs an artist", "nobody knows who made this track",
           "reject the track, with --reason dislike-track");
  row.track = std::nullopt;
  row.subject = FeedbackSubject::kArtist;
  row.artist = artist;
}

/// A rejection of a track means the song, unless its reason says otherwise.
FeedbackSubject track_subject(const FeedbackRequest& request) {
  const bool is_of_suggestions =
      request.verdict == Verdict::kReject || request.verdict == Verdict::kLater;
  return is_of_suggestions && request.reason != "dislike-version" ? FeedbackSubject::kSong
                                                                  : FeedbackSubject::kTrack;
}

void set_subject(const Store& store, FeedbackRow& row, const FeedbackRequest& request) {
  const std::string& name = request.subject;
  if (const auto text = behind(name, "text:"); text && request.verdict == Verdict::kMood) {
    row.subject = FeedbackSubject::kText;
    row.name = *text;
  } else if (const auto album = behind(name, "album:")) {
    set_album(store, row, *album);
  } else if (const auto playlist = behind(name, "playlist:")) {
    set_playlist(store, row, *playlist);
  } else if (const auto device = behind(name, "device:")) {
    set_device(store, row, *device);
  } else if (const auto song = behind(name, "song:")) {
    set_track_or_artist(store, row, *song, FeedbackSubject::kSong);
  } else {
    set_track_or_artist(store, row, name, track_subject(request));
  }
  if (request.reason == "dislike-artist") set_artist_of(store, row);
}

void check_request(const FeedbackRequest& request) {
  const std::string verdict(word_of(request.verdict));
  if (!request.reason.empty() && request.verdict != Verdict::kReject)
    refuse("a reason goes with reject only", "this is \"" + verdict + "\"", "leave it out");
  if ((request.verdict == Verdict::kRate) != request.rating.has_value())
    refuse(request.rating ? "stars go with rate only" : "rate needs --stars 1 to 5", "", "");
  if (request.first && request.verdict != Verdict::kForget)
    refuse("times go with forget only", "this is \"" + verdict + "\"", "leave them out");
  if (request.last && !request.first) refuse("--to needs --from", "", "");
  if (request.first && request.last && *request.last <= *request.first)
    refuse("no time lies between --from and --to", "", "give a later --to");
  if (request.first && !request.subject.empty())
    refuse("forget takes a subject or times, not both", "", "say them one after the other");
  if (!request.first && request.subject.empty())
    refuse(verdict + " needs a subject", "",
           request.verdict == Verdict::kForget
               ? "name a track, an artist, album:ARTIST - ALBUM, playlist:NAME or device:NAME, or "
                 "give --from"
               : "name a track, an artist, or album:ARTIST - ALBUM");
  const bool is_limited = request.seconds || !request.list.empty();
  if (request.verdict == Verdict::kLove && is_limited)
    refuse("what is loved is so for all lists and without an end", "", "leave --in and --for out");
  if (request.rating && *request.rating * 2 != std::floor(*request.rating * 2))
    refuse("stars are whole or half", "", "");
  if (request.subject.size() > kLongestText)
    refuse("that text is longer than " + std::to_string(kLongestText) + " bytes", "", "");
  if (request.verdict == Verdict::kForget && !request.list.empty())
    refuse("what is forgotten is forgotten for all lists", "", "leave --in out");
}

void check_subject(const FeedbackRow& row) {
  const bool is_of_playlist = row.subject == FeedbackSubject::kPlaylist;
  const bool is_of_device = row.subject == FeedbackSubject::kDevice;
  if ((is_of_playlist || is_of_device) && row.verdict != Verdict::kForget)
    refuse(is_of_device ? "only forget takes a device" : "only forget takes a playlist", "",
           "name a track, an artist or an album");
  const bool is_of_one_track =
      row.subject == FeedbackSubject::kTrack || row.subject == FeedbackSubject::kSong;
  const bool needs_track = row.verdict == Verdict::kRate || row.verdict == Verdict::kApprove;
  if (row.verdict == Verdict::kMood && row.subject != FeedbackSubject::kText && !is_of_one_track)
    refuse("a mood is like a track", "", "name one as ARTIST - TITLE");
  if (needs_track && !is_of_one_track)
    refuse(std::string(word_of(row.verdict)) + " takes a track", "", "");
}

void require_run(const Store& store, std::optional<std::int64_t> run) {
  if (!run || store.prepare("SELECT 1 FROM runs WHERE run_id = ?1").find_integer(*run)) return;
  throw Error(Exit::kInput, "there is no run " + std::to_string(*run),
              {store.path(), "", "", "see which there are: engine runs"});
}

/// For how long it holds when nobody says so.
std::optional<std::int64_t> usual_seconds(const FeedbackRequest& request) {
  if (request.verdict == Verdict::kLater) return kLaterSeconds;
  const FeedbackReason* reason = find_reason(request.reason);
  if (reason == nullptr || reason->seconds == 0) return std::nullopt;
  return reason->seconds;
}

/// Bans and likes that have no end and are about all lists are holdings, too.
std::optional<Holding> holding_of(const FeedbackRow& row) {
  const bool is_ban = row.verdict == Verdict::kBan, is_like = row.verdict == Verdict::kLove;
  if ((!is_ban && !is_like) || row.expires || !row.list.empty()) return std::nullopt;
  if (row.subject == FeedbackSubject::kTrack)
    return Holding{row.user, is_ban ? HoldingKind::kBannedTrack : HoldingKind::kLike, *row.track,
                   "", kYou};
  if (row.subject == FeedbackSubject::kArtist)
    return Holding{row.user, is_ban ? HoldingKind::kBannedArtist : HoldingKind::kSavedArtist,
                   *row.artist, "", kYou};
  return std::nullopt;
}

/// The row as it stands in the log. A ban or a like that holds already is not said again.
FeedbackRow add(Store& store, FeedbackRow row, std::int64_t now) {
  FeedbackLog log(store);
  if (const auto holding = holding_of(row)) {
    Holdings(store).hold(*holding, now, 0, now, row);
    note_word(store, *holding, now);
    if (const auto rows = log.lasting(row); !rows.empty()) return rows.back();
  }
  row.id = log.append(row);
  store.bump_user_version(row.user, UserPart::kWords);
  return row;
}

std::string track_reference(const FeedbackRow& row) {
  const bool is_song = row.subject == FeedbackSubject::kSong;
  return (is_song ? "song:track:" : "track:") + std::to_string(*row.track);
}

std::string name_of(const Store& store, const char* select, std::int64_t id) {
  Statement statement = store.prepare(select);
  statement.start(id);
  return statement.step() ? std::string(statement.text(0)) : "";
}

std::string label_of(const Store& store, const FeedbackRow& row) {
  std::string text;
  switch (row.subject) {
    case FeedbackSubject::kTrack:
    case FeedbackSubject::kSong:
      text =
          name_of(store,
                  "SELECT ifnull('\"' || title || '\"' || ifnull(' by ' || a.name, ''), 'track ' "
                  "|| track_id) FROM tracks t LEFT JOIN artists a USING (artist_id) WHERE "
                  "track_id = ?1",
                  *row.track);
      return row.subject == FeedbackSubject::kSong ? text + ", all versions" : text;
    case FeedbackSubject::kArtist:
    case FeedbackSubject::kAlbum:
      text = name_of(store, "SELECT name FROM artists WHERE artist_id = ?1", *row.artist);
      return row.subject == FeedbackSubject::kAlbum ? "the album \"" + row.name + "\" by " + text
                                                    : text;
    case FeedbackSubject::kPlaylist:
      return "what is in the playlist \"" + row.name + "\"";
    case FeedbackSubject::kTimes:
      return "what was heard from " + format_time(row.first.value_or(0)) + " to " +
             format_time(row.last.value_or(0));
    case FeedbackSubject::kDevice:
      return "what was heard on " + row.name;
    case FeedbackSubject::kText:
      return row.name;
  }
  return text;
}

std::string reference_of(const Store& store, const FeedbackRow& row) {
  switch (row.subject) {
    case FeedbackSubject::kTrack:
    case FeedbackSubject::kSong:
      return track_reference(row);
    case FeedbackSubject::kArtist:
      return "artist:" + std::to_string(*row.artist);
    case FeedbackSubject::kAlbum:
      return "album:" +
             name_of(store, "SELECT name FROM artists WHERE artist_id = ?1", *row.artist) + " - " +
             row.name;
    case FeedbackSubject::kPlaylist:
      return "playlist:" + row.name;
    case FeedbackSubject::kDevice:
      return "device:" + row.name;
    case FeedbackSubject::kTimes:
    case FeedbackSubject::kText:
      return "";
  }
  return "";
}

FeedbackEntry entry_of(const Store& store, FeedbackRow row) {
  FeedbackEntry entry;
  entry.reference = reference_of(store, row);
  entry.label = label_of(store, row);
  entry.ended = row.expires.value_or(INT64_MAX);
  entry.row = std::move(row);
  return entry;
}

/// By the row that they take back.
std::unordered_map<std::int64_t, const FeedbackRow*> undos_of(
    const std::vector<FeedbackRow>& rows) {
  std::unordered_map<std::int64_t, const FeedbackRow*> undos;
  for (const FeedbackRow& row : rows)
    if (row.undoes) undos.emplace(*row.undoes, &row);
  return undos;
}

[[noreturn]] void throw_nothing_to_undo(const std::string& what, const std::string& why) {
  throw Error(Exit::kInput, what, {"", "", why, "see what there is: engine feedback --list"});
}

FeedbackRow row_to_undo(const Store& store, FeedbackLog& log, std::int64_t user,
                        std::optional<std::int64_t> id, std::int64_t now) {
  if (id) {
    const auto found = log.find(user, *id);
    if (!found) throw_nothing_to_undo("the log has no row " + std::to_string(*id), "");
    return *found;
  }
  const std::vector<FeedbackSpan> spans = spans_of(feedback_of(store, user));
  for (auto span = spans.rbegin(); span != spans.rend(); ++span)
    if (is_own_origin(span->row.origin) && span->holds(now)) return span->row;
  throw_nothing_to_undo("there is nothing to take back", "nothing that was said holds any more");
}

/// Ends the row: with the holding that it is, where it is one.
FeedbackRow end_row(Store& store, FeedbackLog& log, const FeedbackRow& row,
                    const std::string& origin, std::int64_t now) {
  if (auto holding = holding_of(row)) {
    const std::string teller = row.origin == "import" ? "" : row.origin;
    if (!is_own_origin(row.origin)) holding->teller = teller;
    Holdings(store).end(*holding, now, kYou, origin);
    note_word(store, *holding, now);
    const std::vector<FeedbackRow> rows = feedback_of(store, row.user);
    const auto undos = undos_of(rows);
    if (const auto undo = undos.find(row.id); undo != undos.end()) return *undo->second;
  }
  FeedbackRow undo = undo_of(row, now, origin);
  undo.id = log.append(undo);
  store.bump_user_version(row.user, UserPart::kWords);
  return undo;
}

}  // namespace

FeedbackEntry say_feedback(Store& store, std::int64_t user, const FeedbackRequest& request,
                           std::int64_t now) {
  check_request(request);
  Transaction transaction(store);
  require_run(store, request.run);
  FeedbackRow row;
  row.user = user;
  row.ts = now;
  row.verdict = request.verdict;
  if (request.first) {
    row.subject = FeedbackSubject::kTimes;
    row.first = request.first;
    row.last = request.last.value_or(now);
  } else {
    set_subject(store, row, request);
  }
  check_subject(row);
  row.reason = request.verdict == Verdict::kMood ? request.moods : request.reason;
  row.list = request.list;
  row.rating = request.rating;
  row.origin = request.origin;
  row.run = request.run;
  row.propensity = request.propensity;
  const auto seconds = request.seconds ? request.seconds : usual_seconds(request);
  if (seconds) row.expires = now + *seconds;
  FeedbackEntry entry = entry_of(store, add(store, std::move(row), now));
  transaction.commit();
  return entry;
}

UndoneFeedback undo_feedback(Store& store, std::int64_t user, std::optional<std::int64_t> id,
                             const std::string& origin, std::int64_t now) {
  Transaction transaction(store);
  FeedbackLog log(store);
  const FeedbackRow row = row_to_undo(store, log, user, id, now);
  UndoneFeedback undone;
  if (row.verdict == Verdict::kUndo) {
    const auto about = row.undoes ? log.find(user, *row.undoes) : std::nullopt;
    if (!about) throw_nothing_to_undo("what that row took back is not in the log", "");
    if (log.is_undone(row.id))
      throw_nothing_to_undo("row " + std::to_string(row.id) + " was taken back already", "");
    FeedbackRow again = *about;
    again.undoes = row.id;
    again.ts = now;
    again.origin = origin;
    if (again.expires && *again.expires <= now)
      throw_nothing_to_undo("it would have ended by now",
                            "it held until " + format_time(*again.expires));
    undone.added = entry_of(store, add(store, std::move(again), now));
    undone.about = entry_of(store, *about);
  } else {
    if (log.is_undone(row.id))
      throw_nothing_to_undo("row " + std::to_string(row.id) + " was taken back already", "");
    undone.added = entry_of(store, end_row(store, log, row, origin, now));
    undone.about = entry_of(store, row);
  }
  transaction.commit();
  return undone;
}

std::vector<FeedbackEntry> list_feedback(const Store& store, std::int64_t user, std::int64_t now,
                                         std::int64_t limit) {
  std::vector<FeedbackRow> rows = feedback_of(store, user);
  std::erase_if(rows, [now](const FeedbackRow& row) { return row.ts > now; });
  const auto undos = undos_of(rows);
  std::vector<FeedbackEntry> entries;
  for (auto row = rows.rbegin(); row != rows.rend() && std::ssize(entries) < limit; ++row) {
    FeedbackEntry& entry = entries.emplace_back(entry_of(store, *row));
    const auto undo = undos.find(row->id);
    if (undo == undos.end()) continue;
    entry.undone_by = undo->second->id;
    entry.ended = std::min(entry.ended, undo->second->ts);
  }
  return entries;
}

}  // namespace engine::library
