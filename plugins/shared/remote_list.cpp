#include "remote_list.hpp"

#include <utility>

#include "kept_list.hpp"

namespace shared {
namespace {

std::optional<KeptList> kept_before(const playlist::Target& target) {
  const std::optional<std::string> kept = target.kept();
  return kept ? kept_list(*kept) : std::nullopt;
}

/// The tracks that are over there, in order, with their reasons.
struct Matched {
  std::vector<std::string> ids, reasons;
};

Matched match_all(playlist::OutputCall& call, RemoteLibrary& library,
                  const playlist::Target& target) {
  Matched matched;
  const RemoteTracks tracks(call);
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    call.checkpoint(static_cast<double>(row) / static_cast<double>(tracks.size()));
    RemoteTrack ours = tracks[row];
    TrackThere there = find_track(library, ours.names);
    if (there.id.empty()) {
      target.missing(static_cast<std::int64_t>(row), there.why, there.nearest);
    } else {
      matched.ids.push_back(std::move(there.id));
      matched.reasons.push_back(std::move(ours.reason));
    }
  }
  return matched;
}

void report(const playlist::Target& target, const ListEdits& edits, std::size_t others) {
  const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  target.report({count(edits.added), count(edits.removed), count(edits.moved),
                 count(edits.stayed) - count(others), count(others)});
}

/// Somebody's own list is not taken for ours because of its name.
void require_ours(const playlist::Target& target, bool has_kept, bool may_replace) {
  if (has_kept || may_replace || target.keeps_others()) return;
  throw playlist::Error(playlist::concat(
      "there is a list called \"", target.name(),
      "\" already, which the engine has not made: give another name, replace=true to put ours in "
      "its place, or keep_others=true to put ours before what it holds"));
}

}  // namespace

TrackThere find_track(RemoteLibrary& library, const TrackNames& ours) {
  if (std::string known = library.known_id(ours); !known.empty()) return {std::move(known), "", ""};
  const std::vector<OfferedTrack> offered = library.search(ours);
  std::vector<TrackNames> names;
  for (const OfferedTrack& one : offered) names.push_back(one.names);
  const TrackMatch match = matched_track(ours, names);
  if (match.found) return {offered[*match.found].id, "", ""};
  return {"", match.why, match.nearest ? shown_track(names[*match.nearest]) : ""};
}

void push_list(playlist::OutputCall& call, RemoteLibrary& library, bool may_replace) {
  const playlist::Target target(call);
  const Matched matched = match_all(call, library, target);
  if (matched.ids.empty())
    throw playlist::Error("not one of the tracks is over there: nothing was changed");
  const std::optional<KeptList> before = kept_before(target);
  std::optional<std::string> list = library.find_list(before ? before->id : "", target.name());
  const bool is_ours = before && list && (before->id.empty() || *list == before->id);
  if (list && !library.is_always_there()) require_ours(target, is_ours, may_replace);
  const std::vector<std::string> there =
      list ? library.tracks_of(*list) : std::vector<std::string>();
  const WantedList wanted = wanted_list(there, before ? before->ours : std::vector<std::string>(),
                                        matched.ids, target.keeps_others());
  const ListEdits edits = list_edits(there, wanted.items);
  if (target.is_dry_run()) return report(target, edits, wanted.others);
  library.expect(matched.ids, matched.reasons);
  const auto keep = [&](const std::string& id, const std::vector<std::string>& ours) {
    target.keep(kept_text({id, ours, library.memory()}));
  };
  if (!list) {
    keep("", matched.ids);  // who is killed in between has made what is found then
    list = library.create(target.name(), wanted.items);
    keep(*list, matched.ids);
    library.fill(*list, wanted.items);
  } else {
    // Who is killed in between finds, the next time, both what was ours and what is to be.
    std::vector<std::string> ours = matched.ids;
    if (before) ours.insert(ours.end(), before->ours.begin(), before->ours.end());
    keep(*list, ours);
    if (!edits.edits.empty()) library.change(*list, wanted.items, edits);
  }
  keep(*list, matched.ids);
  library.tell_reasons(*list, matched.ids, matched.reasons);
  report(target, edits, wanted.others);
}

}  // namespace shared
