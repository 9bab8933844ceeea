// output.subsonic: a playlist of Navidrome, Gonic, supysonic or another OpenSubsonic server.
//
// Logging in   by an API key where there is one, else by a salted token, else, for servers that
//              know no tokens, by the password itself, hex-coded as the protocol has it. All of it
//              goes in the body of a POST, as addresses end up in logs.
// Tracks       are looked for by words of the title; of what is found the one with the same
//              MusicBrainz recording or ISRC, else of the same names (track_match.hpp).
// Changes      What leaves and what comes at the end is one updatePlaylist; any other change of the
//              order replaces what the list holds, under its id.
// Reasons      The list's comment says what it is; the protocol has none for a track.
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <md5.h>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shared/remote_list.hpp"

namespace {

using Json = nlohmann::json;
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kSongs = 100;           // that a search asks for
constexpr std::size_t kLongestComment = 255;  // some servers keep no more

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string md5(const std::string& text) {
  std::array<char, MD5_DIGEST_STRING_LENGTH> digest{};
  MD5Data(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  return digest.data();
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : "";
}

/// A list; some servers give a single thing as itself.
std::vector<Json> list_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_array()) return {*found};
  return {found->begin(), found->end()};
}

std::string cut_comment(std::string text) {
  if (text.size() <= kLongestComment) return text;
  std::size_t end = kLongestComment;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

/// What a server answers, and how it is told who asks.
class Server {
 public:
  explicit Server(const playlist::OutputCall& call) : http_(call) {
    const auto value = [&](const char* key) {
      return std::string(call.setting(key).value_or(std::string_view()));
    };
    user_ = value("user");
    password_ = value("password");
    key_ = value("api_key");
    if (key_.empty() && (user_.empty() || password_.empty()))
      throw playlist::Error(
          "it wants a user and a password, or an api_key: engine connect subsonic "
          "--login NAME --secret -");
    salt_ = hex(std::to_string(call.random("salt").below(std::uint64_t{1} << 62)));
    log_in();
  }

  /// `is_repeatable`: asked twice it does no more than asked once.
  [[nodiscard]] Json ask(const std::string& method, const Fields& fields,
                         bool is_repeatable) const {
    const Json answer = asked(method, fields, is_repeatable);
    if (text_of(answer, "status") == "ok") return answer;
    throw playlist::Error(problem_of(answer));
  }

 private:
  enum class Login { kKey, kToken, kPassword };

  void log_in() {
    if (!key_.empty()) {
      login_ = Login::kKey;
      static_cast<void>(ask("ping", {}, true));
      return;
    }
    const Json answer = asked("ping", {}, true);
    if (text_of(answer, "status") == "ok") return;
    // 41: no tokens; 10: it misses a password, as it knows nothing of tokens.
    const std::string code = text_of(answer.value("error", Json::object()), "code");
    if (code != "41" && code != "10") throw playlist::Error(problem_of(answer));
    login_ = Login::kPassword;
    static_cast<void>(ask("ping", {}, true));
  }

  static std::string problem_of(const Json& answer) {
    const Json error = answer.value("error", Json::object());
    const std::string code = text_of(error, "code"), message = text_of(error, "message");
    if (code == "40") return "the server does not know this user with this password";
    return playlist::concat("the server says: ", message.empty() ? "error " + code : message);
  }

  [[nodiscard]] Fields login_fields() const {
    Fields fields = {{"v", "1.16.1"}, {"c", "playlist-engine"}, {"f", "json"}};
    if (login_ == Login::kKey) {
      fields.emplace_back("apiKey", key_);  // and no user, which servers refuse beside it
      return fields;
    }
    fields.emplace_back("u", user_);
    if (login_ == Login::kToken) {
      fields.emplace_back("t", md5(password_ + salt_));
      fields.emplace_back("s", salt_);
    } else {
      fields.emplace_back("p", "enc:" + hex(password_));
    }
    return fields;
  }

  /// The "subsonic-response".
  [[nodiscard]] Json asked(const std::string& method, const Fields& fields,
                           bool is_repeatable) const {
    playlist::HttpRequest request;
    request.method = "POST";
    request.target = "/rest/" + method + ".view";
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.is_repeatable = is_repeatable;
    for (const Fields& some : {login_fields(), fields})
      for (const auto& [name, value] : some)
        request.body += playlist::concat(request.body.empty() ? "" : "&", name, '=',
                                         playlist::url_encoded(value));
    const playlist::HttpAnswer answer = http_.ask(request);
    const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    // Some answer errors of the protocol with a status of 4xx; then the words inside say more.
    if (json.is_object() && json.contains("subsonic-response")) return json["subsonic-response"];
    if (!answer.is_ok()) throw playlist::Error(answer.told());
    throw playlist::Error(
        "what answers there is no Subsonic server: its address is the one of its "
        "web page, without /rest");
  }

  playlist::Http http_;
  std::string user_, password_, key_, salt_;
  Login login_ = Login::kToken;
};

class Subsonic final : public shared::RemoteLibrary {
 public:
  explicit Subsonic(const playlist::OutputCall& call)
      : server_(call), comment_(cut_comment(std::string(call.description()))) {}

  std::vector<shared::OfferedTrack> search(const shared::TrackNames& ours) override {
    const std::string song = shared::song_of_title(ours.title);
    std::vector<shared::OfferedTrack> found = searched(song);
    if (found.size() >= kSongs)  // of many the one that is meant may not be there
      for (shared::OfferedTrack& more : searched(song + " " + ours.artist))
        found.push_back(std::move(more));
    return found;
  }

  std::optional<std::string> find_list(const std::string& id, const std::string& name) override {
    std::optional<std::string> named;
    for (const Json& list : lists()) {
      const std::string its_id = text_of(list, "id");
      if (!id.empty() && its_id == id) return its_id;
      if (text_of(list, "name") == name && !named) named = its_id;
    }
    return named;
  }

  std::vector<std::string> tracks_of(const std::string& list) override {
    const Json answer = server_.ask("getPlaylist", {{"id", list}}, true);
    std::vector<std::string> ids;
    for (const Json& entry : list_of(answer.value("playlist", Json::object()), "entry"))
      ids.push_back(text_of(entry, "id"));
    return ids;
  }

  std::string create(const std::string& name, const std::vector<std::string>& tracks) override {
    std::vector<std::string> before;
    for (const Json& list : lists()) before.push_back(text_of(list, "id"));
    Fields fields = {{"name", name}};
    for (const std::string& id : tracks) fields.emplace_back("songId", id);
    const Json answer = server_.ask("createPlaylist", fields, false);
    std::string id = text_of(answer.value("playlist", Json::object()), "id");
    if (id.empty())  // servers of before 1.14 do not tell it
      for (const Json& list : lists()) {
        const std::string its_id = text_of(list, "id");
        if (text_of(list, "name") == name &&
            std::find(before.begin(), before.end(), its_id) == before.end())
          id = its_id;
      }
    if (id.empty()) throw playlist::Error("the server has made no list");
    require_is(id, tracks);
    if (!comment_.empty())
      static_cast<void>(
          server_.ask("updatePlaylist", {{"playlistId", id}, {"comment", comment_}}, true));
    return id;
  }

  void change(const std::string& list, const std::vector<std::string>& wanted,
              const shared::ListEdits& edits) override {
    if (const auto update = as_update(list, wanted, edits)) {
      static_cast<void>(server_.ask("updatePlaylist", *update, false));
    } else {
      Fields fields = {{"playlistId", list}};
      for (const std::string& id : wanted) fields.emplace_back("songId", id);
      static_cast<void>(server_.ask("createPlaylist", fields, true));
    }
    require_is(list, wanted);
  }

 private:
  std::vector<Json> lists() const {
    const Json answer = server_.ask("getPlaylists", {}, true);
    return list_of(answer.value("playlists", Json::object()), "playlist");
  }

  std::vector<shared::OfferedTrack> searched(const std::string& text) const {
    std::vector<shared::OfferedTrack> found;
    if (text.empty()) return found;
    const Json answer = server_.ask("search3",
                                    {{"query", text},
                                     {"songCount", std::to_string(kSongs)},
                                     {"albumCount", "0"},
                                     {"artistCount", "0"}},
                                    true);
    for (const Json& song : list_of(answer.value("searchResult3", Json::object()), "song")) {
      shared::OfferedTrack offered;
      offered.id = text_of(song, "id");
      offered.names = {text_of(song, "title"),
                       text_of(song, "artist"),
                       text_of(song, "album"),
                       text_of(song, "musicBrainzId"),
                       "",
                       0};
      if (const auto duration = song.find("duration");
          duration != song.end() && duration->is_number())
        offered.names.seconds = duration->get<int>();
      if (const std::vector<Json> isrc = list_of(song, "isrc");
          !isrc.empty() && isrc.front().is_string())
        offered.names.isrc = isrc.front().get<std::string>();
      found.push_back(std::move(offered));
    }
    return found;
  }

  /// Removals, and insertions at the end: what one updatePlaylist can say. Its places are those of
  /// the list as it was, as removals come from behind.
  static std::optional<Fields> as_update(const std::string& list,
                                         const std::vector<std::string>& wanted,
                                         const shared::ListEdits& edits) {
    Fields fields = {{"playlistId", list}};
    const std::size_t first_new = wanted.size() - edits.added;
    for (const shared::ListEdit& edit : edits.edits) {
      if (edit.kind == shared::ListEdit::Kind::kRemove) {
        fields.emplace_back("songIndexToRemove", std::to_string(edit.from));
      } else if (edit.kind == shared::ListEdit::Kind::kInsert && edit.to >= first_new) {
        fields.emplace_back("songIdToAdd", edit.item);
      } else {
        return std::nullopt;
      }
    }
    return fields;
  }

  void require_is(const std::string& list, const std::vector<std::string>& wanted) {
    if (tracks_of(list) != wanted)
      throw playlist::Error(
          "the server has taken the list otherwise than it was given: somebody else "
          "may be changing it; try again");
  }

  Server server_;
  std::string comment_;
};

class SubsonicOutput final : public playlist::Output {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static constexpr playlist::Param kParams[] = {
      {"replace", false, "take a list of that name that the engine has not made, too"},
  };

  explicit SubsonicOutput(const playlist::Args& args) : may_replace_(args.boolean("replace")) {}

  void write(playlist::OutputCall& call) const {
    Subsonic subsonic(call);
    shared::push_list(call, subsonic, may_replace_);
  }

 private:
  bool may_replace_;
};

constinit const playlist::Element kSubsonic = playlist::element<SubsonicOutput>(
    "output.subsonic", "A playlist of Navidrome or another OpenSubsonic server.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.output.subsonic", "1.0.0", "Playlist Engine", "MIT",
                    kSubsonic);
