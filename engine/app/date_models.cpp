#include "app/date_models.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "app/progress.hpp"
#include "app/train_request.hpp"
#include "core/calendar.hpp"
#include "core/time_span.hpp"
#include "data/tables.hpp"
#include "store/taught_people.hpp"

namespace engine::app {
namespace {

/// The first date, then each that lies `every` or more after the one before.
std::vector<std::int64_t> training_dates(const std::vector<evaluate::Period>& periods,
                                         std::int64_t every) {
  std::vector<std::int64_t> dates;
  for (const evaluate::Period& period : periods)
    if (dates.empty() || period.date - dates.back() >= every) dates.push_back(period.date);
  return dates;
}

/// What somebody has decides which elements get as far as their models, so several are asked; more
/// than these would cost as much as the lists themselves.
std::vector<evaluate::Place> some_of(const std::vector<evaluate::Place>& places) {
  constexpr std::size_t kMost = 32;
  if (places.size() <= kMost) return places;
  std::vector<evaluate::Place> some;
  for (std::size_t k = 0; k < kMost; ++k) some.push_back(places[k * places.size() / kMost]);
  return some;
}

/// Where the last period ends whose date is before `date`.
std::int64_t last_end_before(const std::vector<evaluate::Period>& periods, std::int64_t date) {
  std::int64_t end = INT64_MIN;
  for (const evaluate::Period& period : periods)
    if (period.date < date) end = std::max(end, period.end);
  return end;
}

/// Whether they may have listened to something after `from`, up to `until`, as far as their first
/// and last listens tell; else no list of theirs is judged by that time.
bool may_be_judged(const PreparedColumns& user, std::int64_t from, std::int64_t until) {
  const auto ts = column_of<std::int64_t>(*user.user->table("listens"), "ts");
  return !ts.empty() && ts.front() <= until && ts.back() > from;
}

/// Users whose models learn from the same people.
struct Pupils {
  TaughtPeople taught;
  bool is_of_others = false;       // none of the users is among the taught
  std::vector<std::size_t> users;  // of the request
};

class DateTrainings {
 public:
  DateTrainings(const Caller& caller, const evaluate::ListsRequest& lists,
                const std::string& folder)
      : caller_(caller), lists_(lists), request_(make_train_request(caller)) {
    request_.aside = folder;
    request_.random_seed = lists.random_seed;
    request_.if_read = trainable_models(caller);
  }

  /// Adds to `made`, where there was something to learn from, of those names that are models at all:
  /// what is learned from the taught, and for each of the pupils what is learned from their own.
  void train(const std::set<std::string>& names, std::int64_t date, const Pupils& pupils,
             std::vector<ModelVersion>& made) {
    request_.as_of = date;
    request_.taught = pupils.taught;
    request_.names.clear();
    for (const std::string& name : names)
      if (request_.if_read.contains(name)) request_.names.push_back(name);
    for (const std::size_t user : pupils.users) {
      if (request_.names.empty()) break;
      request_.columns = lists_.users[user];
      std::set<std::string> own;
      for (const TrainedModel& model : train_models(request_, {})) {
        if (model.version.user_id != 0) own.insert(model.version.name);
        take(model, pupils, made);
      }
      std::erase_if(request_.names, [&](const std::string& name) { return !own.contains(name); });
    }
    std::stable_sort(made.begin(), made.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
  }

 private:
  void take(const TrainedModel& model, const Pupils& pupils,
            std::vector<ModelVersion>& made) const {
    if (!model.no_data.empty()) {
      caller_.verbose(model.version.name + " as of " + format_time(request_.as_of) +
                      ": nothing to learn from: " + model.no_data);
    } else if (!pupils.is_of_others || model.version.user_id != 0) {
      made.push_back(model.version);
    } else {
      for (const std::size_t user : pupils.users) {
        made.push_back(model.version);
        made.back().user_id = lists_.users[user]->user_id;
        made.back().user = lists_.users[user]->user_name;
      }
    }
  }

  const Caller& caller_;
  const evaluate::ListsRequest& lists_;
  TrainRequest request_;
};

/// Users whose models learn from the same people, by the first of them.
std::vector<Pupils> pupils_of(const evaluate::ListsRequest& request,
                              const std::string& trained_on) {
  std::vector<Pupils> pupils;
  std::map<int, std::size_t> of_fold;
  for (std::size_t user = 0; user < request.users.size(); ++user) {
    const int fold = trained_on == "others" ? fold_of(request.users[user]->user_name) : -1;
    const auto [found, is_first] = of_fold.try_emplace(fold, pupils.size());
    if (is_first) {
      const std::optional<Half> half = half_called(trained_on);
      pupils.push_back({fold >= 0 ? TaughtPeople::outside_fold(fold)
                        : half    ? TaughtPeople(*half)
                                  : TaughtPeople(),
                        fold >= 0,
                        {}});
    }
    pupils[found->second].users.push_back(user);
  }
  return pupils;
}

}  // namespace

std::set<std::string> trainable_models(const Caller& caller) {
  std::set<std::string> names;
  for (const Element* model : caller.registry()->elements(PLAYLIST_MODEL))
    names.insert(model->description->name);
  return names;
}

std::set<std::string> read_models(const evaluate::ListsRequest& lists,
                                  const std::vector<evaluate::Place>& places,
                                  const std::vector<ModelVersion>& models) {
  evaluate::ListsRequest request = lists;
  std::erase_if(request.entries, [](const auto& entry) { return entry.baseline != nullptr; });
  request.places = some_of(places);
  request.models = [&](std::int64_t) { return models; };
  request.progress = nullptr;
  request.print = nullptr;
  std::set<std::string> asked;
  for (const evaluate::ModelUse& use : evaluate::make_lists(request).models) asked.insert(use.name);
  return asked;
}

DateModels::DateModels(const Caller& caller, const ListsOptions& options,
                       const std::vector<evaluate::Period>& periods,
                       evaluate::ListsRequest& request) {
  if (options.is_training) {
    every_ = options.train_every.empty() ? options.every : options.train_every;
    train(caller, request, periods, options.trained_on);
  } else if (std::filesystem::exists(models_folder(caller.home.library_path()))) {
    const Store store =
        Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
    stored_ = list_models(store);
  }
  request.models = [this](std::int64_t date) {
    const auto later = trained_.upper_bound(date);
    return later == trained_.begin() ? stored_ : std::prev(later)->second;
  };
}

void DateModels::train(const Caller& caller, const evaluate::ListsRequest& request,
                       const std::vector<evaluate::Period>& periods,
                       const std::string& trained_on) {
  const std::vector<std::int64_t> dates = training_dates(periods, parse_span(every_));
  const std::vector<Pupils> pupils = pupils_of(request, trained_on);
  DateTrainings trainings(caller, request, folder_.path());
  std::vector<evaluate::Place> places;
  for (std::size_t user = 0; user < request.users.size(); ++user)
    places.push_back({user, dates.back()});
  // A model may be asked for only once another is there, so they are asked until nothing new comes.
  std::set<std::string> names;
  for (std::vector<ModelVersion>& last = trained_[dates.back()];;) {
    const std::set<std::string> asked = read_models(request, places, last);
    if (std::includes(names.begin(), names.end(), asked.begin(), asked.end())) break;
    names.insert(asked.begin(), asked.end());
    last.clear();
    for (const Pupils& some : pupils) trainings.train(names, dates.back(), some, last);
  }
  Progress progress(caller, "dates trained for");
  for (std::size_t k = 0; k + 1 < dates.size(); ++k) {
    const std::int64_t until = last_end_before(periods, dates[k + 1]);
    std::vector<ModelVersion>& made = trained_[dates[k]];
    for (Pupils some : pupils) {
      std::erase_if(some.users, [&](std::size_t user) {
        return !may_be_judged(*request.users[user], dates[k], until);
      });
      trainings.train(names, dates[k], some, made);
    }
    progress(k + 2, dates.size());
  }
}

}  // namespace engine::app
