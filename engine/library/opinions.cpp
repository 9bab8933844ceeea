#include "library/opinions.hpp"

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

/// Bans of the subject that hold for a time, or from one list.
std::vector<FeedbackRow> limited_bans(const Store& store, std::int64_t user, const Subject& subject,
                                      std::int64_t now) {
  std::vector<FeedbackRow> rows;
  for (const FeedbackSpan& span : spans_of(feedback_of(store, user))) {
    const FeedbackRow& row = span.row;
    const bool is_limited = row.expires || !row.list.empty();
    const bool is_about = (subject.is_artist ? row.artist : row.track) == subject.id &&
                          row.subject != FeedbackSubject::kAlbum;
    if (row.verdict == Verdict::kBan && is_limited && is_about && span.holds(now))
      rows.push_back(row);
  }
  return rows;
}

/// How many there were.
std::size_t end_limited_bans(Store& store, std::int64_t user, const Subject& subject,
                             std::int64_t now) {
  const std::vector<FeedbackRow> rows = limited_bans(store, user, subject, now);
  FeedbackLog log(store);
  for (const FeedbackRow& row : rows) log.append(undo_of(row, now, "cli"));
  if (!rows.empty()) store.bump_user_version(user, UserPart::kWords);
  return rows.size();
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
    return !opinion.begins &&
           (!holdings.tellers(holding_of(subject)).empty() ||
            (opinion.is_ban && !limited_bans(store, user, subject, now).empty()));
  });
  const Holding holding = holding_of(said.subject);
  if (opinion.begins) {
    said.is_changed = holdings.hold(holding, now, 0, now) == Holdings::Told::kNew;
  } else {
    said.ended = holdings.end_for_all(holding, now, kYou);
    const std::size_t limited =
        opinion.is_ban ? end_limited_bans(store, user, said.subject, now) : 0;
    said.is_changed = !said.ended.empty() || limited > 0;
  }
  said.banners = banners_of(store, user, said.subject);
  if (said.is_changed) note_word(store, holding, now);
  transaction.commit();
  return said;
}

}  // namespace engine::library
