// engine ban|unban|like|unlike TRACK|ARTIST: what a person says to the engine itself, beside what
// their exports tell. It holds until they take it back; an import never ends it.
#include "cli/opinions.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "library/subject.hpp"
#include "store/holdings.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// One of the four verbs.
struct Opinion {
  const char* verb;
  const char* help;
  const char* undo;     // the verb that takes it back
  bool is_ban, begins;  // unban and unlike end one
};
constexpr Opinion kOpinions[] = {
    {"ban", "Keep a track, or an artist, out of lists", "unban", true, true},
    {"unban", "Let a banned track or artist into lists again", "ban", true, false},
    {"like", "Like a track, or save an artist", "unlike", false, true},
    {"unlike", "No longer like a track, or an artist", "like", false, false}};

HoldingKind kind_of(bool is_ban, bool is_artist) {
  if (is_ban) return is_artist ? HoldingKind::kBannedArtist : HoldingKind::kBannedTrack;
  return is_artist ? HoldingKind::kSavedArtist : HoldingKind::kLike;
}

std::string listed(const std::vector<std::string>& tellers) {
  std::string text;
  for (const std::string& teller : tellers)
    text += (text.empty() ? "" : ", ") + (teller.empty() ? "an import" : teller);
  return text;
}

/// What was said, and what came of it.
struct Said {
  library::Subject subject;
  bool is_changed = false;
  std::vector<std::string> ended;    // tellers whose word was taken back
  std::vector<std::string> banners;  // references of what still keeps the subject out of lists
};

/// The track itself or an artist of it, where they are banned.
std::vector<std::string> banners_of(const Store& store, std::int64_t user,
                                    const library::Subject& subject) {
  Statement select = store.prepare(
      "SELECT kind, id FROM holdings WHERE user_id = ?1 AND ended_at IS NULL AND "
      "((kind = 4 AND ?2 = 0 AND id = ?3) OR (kind = 5 AND ((?2 = 1 AND id = ?3) OR (?2 = 0 AND "
      "id IN (SELECT artist_id FROM track_artists WHERE track_id = ?3))))) GROUP BY kind, id");
  std::vector<std::string> found;
  for (select.start(user, subject.is_artist ? 1 : 0, subject.id); select.step();) {
    found.push_back((select.integer(0) == 4 ? "track:" : "artist:") +
                    std::to_string(select.integer(1)));
  }
  return found;
}

Said say(Store& store, const Opinion& opinion, const User& user, const std::string& name,
         std::int64_t now) {
  Transaction transaction(store);
  Holdings holdings(store);
  const auto holding_of = [&](const library::Subject& subject) {
    return Holding{user.id, kind_of(opinion.is_ban, subject.is_artist), subject.id, "", kYou};
  };
  Said said;
  said.subject = library::find_subject(store, name, [&](const library::Subject& subject) {
    return !opinion.begins && !holdings.tellers(holding_of(subject)).empty();
  });
  const Holding holding = holding_of(said.subject);
  if (opinion.begins) {
    said.is_changed = holdings.hold(holding, now, 0, now) == Holdings::Told::kNew;
  } else {
    said.ended = holdings.end_for_all(holding, now, kYou);
    said.is_changed = !said.ended.empty();
  }
  said.banners = banners_of(store, user.id, said.subject);
  if (said.is_changed) store.bump_data_version();
  transaction.commit();
  return said;
}

std::string sentence(const Opinion& opinion, const Said& said, const User& user) {
  const std::string of = said.subject.label() + " (" + said.subject.reference() + ")";
  const std::string state = opinion.is_ban ? "banned" : "liked";
  if (!opinion.begins && !said.is_changed) return of + " was not " + state + " by " + user.name;
  if (!said.is_changed) return of + " was " + state + " by " + user.name + " already";
  std::string text =
      of + " is " + (opinion.begins ? "" : "no longer ") + state + " by " + user.name;
  if (said.ended.size() > 1 || (said.ended.size() == 1 && said.ended[0] != kYou))
    text += " (as told by " + listed(said.ended) + ")";
  return text + "; undo with: engine " + opinion.undo + " " + said.subject.reference();
}

Exit express(Cli& cli, const Opinion& opinion, const std::string& name) {
  Store store = Store::open(cli.library_path(), {.may_create = false});
  const User user = choose_user(store, cli.common.user);
  const Said said = say(store, opinion, user, name, cli.now());
  const bool is_kept_out = !said.banners.empty() && !(opinion.is_ban && opinion.begins);
  if (is_kept_out) {
    cli.note("it stays out of lists: " + said.banners.front() + " is banned; engine unban " +
             said.banners.front());
  }
  const Json json{{"user", user.name},
                  {"verb", opinion.verb},
                  {"kind", said.subject.is_artist ? "artist" : "track"},
                  {"id", said.subject.id},
                  {"title", said.subject.is_artist ? Json(nullptr) : Json(said.subject.title)},
                  {"artist", said.subject.artist},
                  {"at", format_time(cli.now())},
                  {"changed", said.is_changed},
                  {"ended", said.ended},
                  {"banned_by", said.banners}};
  cli.out(cli.common.json ? printed_json(json) : sentence(opinion, said, user) + "\n");
  return said.is_changed || opinion.begins ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_opinions(CLI::App& app, Cli& cli) {
  for (const Opinion& opinion : kOpinions) {
    CLI::App* verb = app.add_subcommand(opinion.verb, opinion.help);
    auto name = std::make_shared<std::string>();
    verb->add_option(
            "NAME", *name,
            "A title, an artist, \"ARTIST - TITLE\", track:NUMBER, artist:NUMBER, a Spotify "
            "id or link, an ISRC, a MusicBrainz id")
        ->required()
        ->type_name("TRACK|ARTIST");
    verb->footer(
        "It holds from --now on until it is taken back. Exports imported later neither end it nor\n"
        "bring back what it ended. `engine library banned` shows what is banned.");
    verb->callback([&cli, &opinion, name] {
      cli.action = [&cli, &opinion, name] { return express(cli, opinion, *name); };
    });
  }
}

}  // namespace engine
