// engine ban|unban|like|unlike TRACK|ARTIST: what a person says to the engine itself, beside what
// their exports tell.
#include "library/opinions.hpp"

#include "app/default_user.hpp"
#include "core/calendar.hpp"
#include "store/holdings.hpp"
#include "store/users.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// One of the four verbs.
struct Said {
  const char* verb;
  const char* help;
  const char* undo;  // the verb that takes it back
  library::Opinion opinion;
};
constexpr Said kSaid[] = {
    {"ban", "Keep a track, or an artist, out of lists", "unban", {true, true}},
    {"unban", "Let a banned track or artist into lists again", "ban", {true, false}},
    {"like", "Like a track, or save an artist", "unlike", {false, true}},
    {"unlike", "No longer like a track, or an artist", "like", {false, false}}};

std::string listed(const std::vector<std::string>& tellers) {
  std::string text;
  for (const std::string& teller : tellers)
    text += (text.empty() ? "" : ", ") + (teller.empty() ? "an import" : teller);
  return text;
}

std::string sentence(const Said& said, const library::OpinionResult& result, const User& user) {
  const bool begins = said.opinion.begins;
  const std::string of = result.subject.label() + " (" + result.subject.reference() + ")";
  const std::string state = said.opinion.is_ban ? "banned" : "liked";
  if (!begins && !result.is_changed) return of + " was not " + state + " by " + user.name;
  if (!result.is_changed) return of + " was " + state + " by " + user.name + " already";
  std::string text = of + " is " + (begins ? "" : "no longer ") + state + " by " + user.name;
  if (result.ended.size() > 1 || (result.ended.size() == 1 && result.ended[0] != kYou))
    text += " (as told by " + listed(result.ended) + ")";
  return text + "; undo with: engine " + said.undo + " " + result.subject.reference();
}

Answer express(const app::Caller& caller, const Said& said, const std::string& name) {
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  const std::int64_t now = caller.asked.now;
  const library::OpinionResult result = library::say(store, said.opinion, user.id, name, now);
  if (!result.banners.empty() && !(said.opinion.is_ban && said.opinion.begins)) {
    caller.note("it stays out of lists: " + result.banners.front() + " is banned; engine unban " +
                result.banners.front());
  }
  return {result.is_changed || said.opinion.begins ? Exit::kDone : Exit::kNothing,
          {{"user", user.name},
           {"verb", said.verb},
           {"kind", result.subject.is_artist ? "artist" : "track"},
           {"id", result.subject.id},
           {"title", result.subject.is_artist ? Json(nullptr) : Json(result.subject.title)},
           {"artist", result.subject.artist},
           {"at", format_time(now)},
           {"changed", result.is_changed},
           {"ended", result.ended},
           {"banned_by", result.banners}},
          sentence(said, result, user) + "\n"};
}

}  // namespace

std::vector<Verb> opinions_verbs() {
  std::vector<Verb> verbs;
  for (const Said& said : kSaid) {
    verbs.push_back(
        {.name = said.verb,
         .help = said.help,
         .parameters = {{.name = "name",
                         .value_name = "TRACK|ARTIST",
                         .help = "A title, an artist, \"ARTIST - TITLE\", track:NUMBER, "
                                 "artist:NUMBER, a Spotify id or link, an ISRC, a MusicBrainz id",
                         .is_first = true,
                         .is_required = true}},
         .footer =
             "It holds from --now on until it is taken back. Exports imported later neither end it "
             "nor\nbring back what it ended. `engine library banned` shows what is banned.",
         .answer = [&said](const app::Caller& caller, const Arguments& arguments) {
           return express(caller, said, arguments.text("name"));
         }});
  }
  return verbs;
}

}  // namespace engine::verbs
