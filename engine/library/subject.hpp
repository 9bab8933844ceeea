// What a person means when they name a track or an artist to the engine.
//
//   track:12  artist:5  12                numbers of the store; a bare one is a track's
//   spotify:track:ID  spotify:artist:ID   and links to them, bare Spotify ids, ISRCs, MusicBrainz
//                                         ids
//   Artist - Title                        a track
//   Title  Artist                         what is called so, however it is spelled
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/store.hpp"

namespace engine::library {

struct Subject {
  bool is_artist = false;
  std::int64_t id = 0;
  std::string title;   // "" for an artist, and for a track known by its id only
  std::string artist;  // the track's first, or the artist's own name

  /// "track:12", "artist:5": what names it without doubt.
  [[nodiscard]] std::string reference() const;
  /// For people: "Title" by Artist, or the artist's name.
  [[nodiscard]] std::string label() const;
};

/// Of several versions of one song that a name fits, the one that `is_meant` says yes to, else the
/// one that came first.
/// Throws Error(kInput) when nothing is called so, or several things are: the error lists them,
/// each with what to type.
Subject find_subject(const Store& store, const std::string& name,
                     const std::function<bool(const Subject&)>& is_meant);

}  // namespace engine::library
