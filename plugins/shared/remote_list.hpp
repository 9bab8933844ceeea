// What every output does that puts a playlist into a list over there: match, compare, edit, report.
//
// An output brings a RemoteLibrary: how its service is searched, and what its lists hold. What is
// remembered from push to push is in kept_list.hpp.
#pragma once

#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "list_edits.hpp"
#include "remote_tracks.hpp"
#include "track_match.hpp"

namespace shared {

/// A track over there.
struct OfferedTrack {
  std::string id;  // as its lists name it
  TrackNames names;
};

class RemoteLibrary {
 public:
  virtual ~RemoteLibrary() = default;
  /// The id of a track that is known over there without a search; "" for others.
  [[nodiscard]] virtual std::string known_id(const TrackNames& /*ours*/) const { return ""; }
  /// What may be this track: found by its ids, or by words of its title.
  virtual std::vector<OfferedTrack> search(const TrackNames& ours) = 0;
  /// The id of the list: the one of that id, else the one of that name, else nothing.
  virtual std::optional<std::string> find_list(const std::string& id, const std::string& name) = 0;
  /// The ids of its tracks, in order.
  virtual std::vector<std::string> tracks_of(const std::string& list) = 0;
  /// Before anything is put there: the tracks that will be, and why each is in the list.
  virtual void expect(const std::vector<std::string>& /*tracks*/,
                      const std::vector<std::string>& /*reasons*/) {}
  /// A new list of that name with these tracks; its id. An empty one where fill() puts them in.
  virtual std::string create(const std::string& name, const std::vector<std::string>& tracks) = 0;
  /// Once the id of a list that create() has made is kept.
  virtual void fill(const std::string& /*list*/, const std::vector<std::string>& /*tracks*/) {}
  /// Makes `wanted` of what the list holds by now; `edits` are how.
  virtual void change(const std::string& list, const std::vector<std::string>& wanted,
                      const ListEdits& edits) = 0;
  /// What is kept along with the list, for the next time.
  [[nodiscard]] virtual std::string memory() const { return ""; }
  /// Whether a list is there at once, without having been made (a queue).
  [[nodiscard]] virtual bool is_always_there() const { return false; }
  /// Once all is in place: why each track is in it.
  virtual void tell_reasons(const std::string& /*list*/, const std::vector<std::string>& /*tracks*/,
                            const std::vector<std::string>& /*reasons*/) {}
};

/// What of the library is one of our tracks.
struct TrackThere {
  std::string id;            // "": none is
  std::string why, nearest;  // then; "" where nothing comes near
};
TrackThere find_track(RemoteLibrary& library, const TrackNames& ours);

/// `may_replace`: also a list of that name which we have not made. Throws playlist::Error where
/// there is such a list and it may not; where not one track is over there.
void push_list(playlist::OutputCall& call, RemoteLibrary& library, bool may_replace);

}  // namespace shared
