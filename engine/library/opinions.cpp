#include "library/opinions.hpp"

#include <algorithm>

#include "store/holdings.hpp"

namespace engine::library {
namespace {

HoldingKind kind_of(bool is_ban, bool is_artist) {
  if (is_ban) return is_artist ? HoldingKind::kBannedArtist : HoldingKind::kBannedTrack;
  return is_artist ? HoldingKind::kSavedArtist : HoldingKind::kLike;
}

/// The track itself or an artist of it, where they are banned.
std::vector<std::string> banners_of(const Store& store, std::int64_t user, const Subject& subject) {
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

bool is_about(const FeedbackRow& row, const Subject& subject) {
  return (subject.is_artist ? row.artist : row.track) == subject.id;
}

/// Ends what was said for a time, or for one list, too; how much of it held.
std::size_t end_limited(Store& store, const Opinion& opinion, std::int64_t user,
                        const Subject& subject, std::int64_t now) {
  const Verdict verdict = opinion.is_ban ? Verdict::kBan : Verdict::kLove;
  FeedbackLog log(store);
  std::size_t ended = 0;
  for (const FeedbackSpan& span : spans_of(log.rows(user))) {
    const FeedbackRow& row = span.row;
    const bool is_limited = row.expires || !row.list.empty();
    if (row.verdict != verdict || !is_limited || !span.holds(now) || !is_about(row, subject))
      continue;
    FeedbackRow undo = row;
    undo.verdict = Verdict::kUndo;
    undo.ts = now;
    undo.expires = undo.run = std::nullopt;
    undo.undoes = row.id;
    log.append(undo);
    ++ended;
  }
  if (ended > 0) store.bump_user_version(user, UserPart::kWords);
  return ended;
}

/// Something was said of it that holds, for a time or for one list.
bool has_limited(const Store& store, const Opinion& opinion, std::int64_t user,
                 const Subject& subject, std::int64_t now) {
  const Verdict verdict = opinion.is_ban ? Verdict::kBan : Verdict::kLove;
  return std::ranges::any_of(spans_of(FeedbackLog(store).rows(user)), [&](const auto& span) {
    return span.row.verdict == verdict && span.holds(now) && is_about(span.row, subject);
  });
}

}  // namespace

OpinionResult say(Store& store, Opinion opinion, std::int64_t user, const std::string& name,
                  std::int64_t now) {
  Transaction transaction(store);
  Holdings holdings(store);
  const auto holding_of = [&](const Subject& subject) {
    return Holding{user, kind_of(opinion.is_ban, subject.is_artist), subject.id, "", kYou};
  };
  OpinionResult said;
  said.subject = find_subject(store, name, [&](const Subject& subject) {
    return !opinion.begins && (!holdings.tellers(holding_of(subject)).empty() ||
                               has_limited(store, opinion, user, subject, now));
  });
  const Holding holding = holding_of(said.subject);
  if (opinion.begins) {
    said.is_changed = holdings.hold(holding, now, 0, now) == Holdings::Told::kNew;
  } else {
    said.ended = holdings.end_for_all(holding, now, kYou);
    const std::size_t limited = end_limited(store, opinion, user, said.subject, now);
    said.is_changed = !said.ended.empty() || limited > 0;
  }
  said.banners = banners_of(store, user, said.subject);
  if (said.is_changed) note_word(store, holding, now);
  transaction.commit();
  return said;
}

}  // namespace engine::library
