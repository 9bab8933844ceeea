#include "app/date_models.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/progress.hpp"
#include "app/train_request.hpp"
#include "core/calendar.hpp"

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

class DateTrainings {
 public:
  DateTrainings(const Caller& caller, const evaluate::ListsRequest& lists,
                const std::string& folder, std::optional<Half> half)
      : caller_(caller), lists_(lists), request_(make_train_request(caller)) {
    request_.aside = folder;
    request_.half = half;
    request_.random_seed = lists.random_seed;
    request_.if_read = trainable_models(caller);
  }

  /// Where there was something to learn from, of those names that are models at all: for everybody,
  /// and for each user what is learned from their own.
  std::vector<ModelVersion> train(const std::set<std::string>& names, std::int64_t date) {
    request_.as_of = date;
    request_.names.clear();
    for (const std::string& name : names)
      if (request_.if_read.contains(name)) request_.names.push_back(name);
    std::vector<ModelVersion> made;
    for (const auto& user : lists_.users) {
      if (request_.names.empty()) break;
      request_.columns = user;
      std::set<std::string> own;
      for (const TrainedModel& model : train_models(request_, {})) {
        if (model.version.user_id != 0) own.insert(model.version.name);
        take(model, made);
      }
      std::erase_if(request_.names, [&](const std::string& name) { return !own.contains(name); });
    }
    std::stable_sort(made.begin(), made.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    return made;
  }

 private:
  void take(const TrainedModel& model, std::vector<ModelVersion>& made) const {
    if (model.no_data.empty()) {
      made.push_back(model.version);
    } else {
      caller_.verbose(model.version.name + " as of " + format_time(request_.as_of) +
                      ": nothing to learn from: " + model.no_data);
    }
  }

  const Caller& caller_;
  const evaluate::ListsRequest& lists_;
  TrainRequest request_;
};

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
    train(caller, request, training_dates(periods, evaluate::parse_span(every_)),
          options.trained_on);
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
                       const std::vector<std::int64_t>& dates, std::optional<Half> half) {
  DateTrainings trainings(caller, request, folder_.path(), half);
  std::vector<evaluate::Place> places;
  for (std::size_t user = 0; user < request.users.size(); ++user)
    places.push_back({user, dates.back()});
  // A model may be asked for only once another is there, so they are asked until nothing new comes.
  std::set<std::string> names;
  for (std::vector<ModelVersion>& last = trained_[dates.back()];;) {
    const std::set<std::string> asked = read_models(request, places, last);
    if (std::includes(names.begin(), names.end(), asked.begin(), asked.end())) break;
    names.insert(asked.begin(), asked.end());
    last = trainings.train(names, dates.back());
  }
  Progress progress(caller, "dates trained for");
  for (std::size_t k = 0; k + 1 < dates.size(); ++k) {
    trained_[dates[k]] = trainings.train(names, dates[k]);
    progress(k + 2, dates.size());
  }
}

}  // namespace engine::app
