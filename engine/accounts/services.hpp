// The services and players that the engine knows how to log in to: what each wants to be told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::accounts {

struct ServiceField {
  const char* name;  // "address", "user", "password": what host->setting() is asked for
  const char* help;  // one line
  bool is_secret = false;
  bool is_required = false;
  const char* usual = "";    // where the user says nothing
  bool is_address = false;   // a further one of the service, which its elements may ask as well
  const char* choices = "";  // "a, b, c": it is one of them; "": any text
  bool is_several = false;   // of `choices` any number, with commas between them
  /// Unless it is 0: a number from 0 to this.
  double largest = 0;
};

/// How somebody logs in with a browser: OAuth 2.0, authorization code with PKCE (RFC 7636).
struct BrowserLogin {
  const char* accounts_field;  // that says where its pages and tokens are
  const char* login_path;      // behind that
  const char* token_path;      // likewise
  const char* scopes;          // with blanks between them
  const char* list_scopes;     // of those what putting lists there takes
  const char* check_path;      // of the service: who has logged in
  int months;                  // after which it ends whatever one does; 0: it does not
  const char* before;          // what to do before the first login
};

struct KnownService {
  const char* name;   // "subsonic": what stands behind the kind in its elements' names
  const char* title;  // "Navidrome and other OpenSubsonic servers"
  std::vector<ServiceField> fields;
  bool takes_lists = false;  // --to puts lists there
  bool is_read = false;      // engine sync reads it
  double requests_per_second = 5;
  int burst = 5;
  const BrowserLogin* login = nullptr;  // null: by password or key
  /// What asking tells it of a person who has no account there, for people to read; such a service is
  /// asked only once it was connected. "": nothing.
  const char* sent = "";
  bool brings_lyrics = false;  // it is asked for the lyrics of tracks
  /// The source that reads it, where source.NAME reads its export: "listenbrainz_api".
  const char* source = "";
  bool is_language_model = false;  // it is asked what complete/question.hpp has
  /// What it answers of artists and tracks, as a source's setting "questions" has them:
  /// "similar_artists", "top_tracks", "artist_tags", which engine discover --grow asks; "similar_tracks",
  /// "track_tags", "track_ids", which engine sync does.
  std::vector<std::string_view> answers = {};
  /// Those of them that it answers only to an account with its secret.
  std::vector<std::string_view> answers_to_secret = {};
  /// What it tells of how tracks sound, as columns of tracks: it is asked about tracks of which one of
  /// them is not known.
  std::vector<std::string_view> features = {};
  /// By which ids it finds tracks whose features, or tracks similar to which, are asked for:
  /// "spotify_id", "isrc", "mbid", columns of tracks. One that has none is not asked about. "": by
  /// artist and title.
  const char *features_by = "", *similar_by = "";
  /// Nothing of the person's is there: engine sync asks it of their tracks, by `answers`.
  bool is_only_asked = false;
};

/// In the order of help.
const std::vector<KnownService>& known_services();
/// nullptr where there is none of that name.
const KnownService* find_service(std::string_view name);
/// The element that reads a service, known or a plugin's: "source.lastfm".
std::string source_of_service(std::string_view name);

/// Of "names, moods": the parts between commas, without blanks around them.
std::vector<std::string> listed_values(std::string_view text);

}  // namespace engine::accounts
