// What lists in files (M3U, PLS, XSPF, JSPF) have in common: places of tracks, and names beside them.
#pragma once

#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "library_rows.hpp"
#include "track_columns.hpp"

namespace source {

/// Sets the id behind an address of Spotify or MusicBrainz.
void put_identifier(std::string_view address, Track& track);

/// Sets what a place tells: the id behind an address of Spotify or MusicBrainz, or the file. Such is
/// handed over percent-encoded, for its bytes need not be UTF-8: "file:///a%20b.mp3", or "a%20b.mp3"
/// from the list's folder on. Other addresses are no tracks of anybody's.
/// is_uri: percent-encoded already, where it is no address: a location of XSPF and JSPF.
void put_place(std::string_view place, bool is_uri, Track& track);

/// "Artist - Title" as players show it; a title alone where there is no " - ".
void put_shown_name(std::string_view shown, Track& track);

/// Text that may be Latin-1, as the older of these formats have it, as UTF-8.
std::string list_text(std::string_view text);

/// The list's name: what the file says, or what it is called.
std::string list_name(std::string_view told, const playlist::Input& input);

/// Puts the record at hand into the list; into "empty" where it tells no track at all. Names are not
/// guessed from paths: they would make tracks that there are not.
void add_to_list(LibraryRows& library, const LibraryRows::Playlist& list, Track& track,
                 playlist::SourceCall& call);

}  // namespace source
