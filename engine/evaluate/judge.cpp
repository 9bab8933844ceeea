#include "evaluate/judge.hpp"

#include <algorithm>
#include <cmath>

#include "core/duration.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {

Judge::Judge(std::vector<std::shared_ptr<const PreparedColumns>> users, std::vector<Period> periods,
             std::vector<std::int64_t> ks, Judged judged, std::shared_ptr<const Audience> audience)
    : users_(std::move(users)),
      periods_(std::move(periods)),
      ks_(std::move(ks)),
      judged_(judged),
      audience_(std::move(audience)),
      metrics_(metric_names(ks_)) {
  refuse_other_states(users_);
  if (audience_) refuse_other_states(audience_->users());
  for (const auto& user : users_) listening_.emplace_back(user);
  const playlist_table& tracks = *users_.at(0)->catalogue->table("tracks");
  first_artist_ = static_cast<const std::int32_t*>(find_column(tracks, "artist")->data);
  const auto* known = static_cast<const std::int64_t*>(find_column(tracks, "known")->data);
  catalogue_tracks_ = std::upper_bound(known, known + tracks.rows, periods_.back().date) - known;
  choose_places();
}

void Judge::refuse_other_states(
    const std::vector<std::shared_ptr<const PreparedColumns>>& users) const {
  for (const auto& user : users) {
    if (user->catalogue_state == users_[0]->catalogue_state) continue;
    throw Error(Exit::kStore, "the library changed while it was read",
                {"", "", "", "run it again when no import is running"});
  }
}

void Judge::choose_places() {
  for (const auto& user : users_) skipped_.push_back({user->user_name, 0});
  for (const Period& period : periods_) {
    for (std::size_t user = 0; user < users_.size(); ++user) {
      const bool is_unknown = judged_ != Judged::kAll && !listening_[user].has_begun(period.date);
      Truth truth = only_judged(listening_[user].truth(period), judged_);
      if (is_unknown || truth.played == 0) {
        ++skipped_[user].dates;
        skipped_[user].unknown += is_unknown;
      } else {
        places_.push_back({user, period.date});
        truths_.push_back(std::move(truth));
      }
    }
  }
  if (!places_.empty()) return;
  throw Error(
      Exit::kNothing,
      (users_.size() == 1 ? users_[0]->user_name + " played nothing" : "nobody played anything") +
          (judged_ == Judged::kAll ? "" : " " + words_of(judged_)) + " between " +
          short_time(periods_.front().date) + " and " + short_time(periods_.back().end),
      {"", "", span_of_history(), "choose other --from and --to"});
}

std::string Judge::span_of_history() const {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  for (const Listening& user : listening_) {
    if (user.is_empty()) continue;
    first = std::min(first, user.first());
    last = std::max(last, user.last());
  }
  if (first > last) return "there are no listens at all";
  return "the listens there are go from " + short_time(first - first % kDay) + " to " +
         short_time(last - last % kDay);
}

std::vector<std::vector<double>> Judge::values(const PlaceLists& lists) const {
  std::vector<std::vector<double>> result(metrics_.size(),
                                          std::vector<double>(places_.size(), std::nan("")));
  const auto made =
      std::count_if(lists.begin(), lists.end(), [](const auto& list) { return list.has_value(); });
  std::vector<bool> is_shown(static_cast<std::size_t>(catalogue_tracks_));
  std::vector<const std::vector<std::int32_t>*> previous(users_.size());
  for (std::size_t place = 0; place < lists.size(); ++place) {
    if (!lists[place]) continue;
    const Place& at = places_[place];
    const std::vector<bool>& head = head_of(at.date);
    JudgedList list;
    list.tracks = *lists[place];
    list.previous = previous[at.user];
    list.list_count = made;
    list.catalogue_count = catalogue_tracks_;
    for (const std::int32_t track : list.tracks) {
      list.artists.push_back(first_artist_[track]);
      list.is_new.push_back(!listening_[at.user].was_heard(track, at.date));
      list.is_artist_new.push_back(!listening_[at.user].was_artist_met(track, at.date));
      if (audience_) list.is_tail.push_back(!head[static_cast<std::size_t>(track)]);
      auto shown = is_shown[static_cast<std::size_t>(track)];
      list.first_shown += shown ? 0 : 1;
      shown = true;
    }
    const std::vector<double> measured = measure(list, truths_[place], ks_);
    for (std::size_t m = 0; m < measured.size(); ++m) result[m][place] = measured[m];
    previous[at.user] = &*lists[place];
  }
  return result;
}

const std::vector<bool>& Judge::head_of(std::int64_t date) const {
  const auto [found, is_new] = heads_.try_emplace(date);
  if (is_new && audience_) found->second = short_head(*audience_, date);
  return found->second;
}

double Judge::gini(const PlaceLists& lists) const {
  std::vector<std::int64_t> shown(static_cast<std::size_t>(catalogue_tracks_));
  for (const auto& list : lists) {
    if (!list) continue;
    for (const std::int32_t track : *list) ++shown[static_cast<std::size_t>(track)];
  }
  return evaluate::gini(std::move(shown), catalogue_tracks_);
}

Interval Judge::interval(const std::vector<double>& values, const BootstrapOptions& options) const {
  std::vector<std::vector<double>> by_user(users_.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isnan(values[k])) by_user[places_[k].user].push_back(values[k]);
  return bootstrap_mean(by_user, options);
}

}  // namespace engine::evaluate
