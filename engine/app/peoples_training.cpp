#include "app/peoples_training.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "app/date_models.hpp"

namespace engine::app {
namespace {

class Trainings {
 public:
  Trainings(const Caller& caller, TrainRequest request, const TrainReports& reports)
      : caller_(caller), request_(std::move(request)), reports_(reports) {
    reports_.trained = [this, tell = reports.trained](const TrainedModel& model) {
      (model.version.user_id == 0 ? shared_ : own_).insert(model.version.name);
      made_.models.push_back(model);
      if (tell) tell(model);
    };
    reports_.reads_own = [this, tell = reports.reads_own](const std::string& model) {
      has_read_own_ = true;
      if (tell) tell(model);
    };
  }

  PeoplesModels train(const People& people) {
    for (std::size_t person = 0; person < people.count && !request_.names.empty(); ++person) {
      request_.columns = people.columns(person);
      train(people.count > 1);
    }
    return std::move(made_);
  }

 private:
  void train(bool are_several) {
    has_read_own_ = false;
    try {
      static_cast<void>(train_models(request_, reports_));
      leave_out_shared(own_);
    } catch (const Error& error) {
      if (!are_several || !has_read_own_ || error.exit() == Exit::kInterrupted) throw;
      caller_.error(
          Error(error.exit(), request_.columns->user_name + ": " + error.what(), error.parts()));
      if (made_.worst == Exit::kDone) made_.worst = error.exit();
      leave_out_shared(trainable_models(caller_));  // some may not have had their turn
    }
  }

  /// Of "all", which are `all` by now, too: what has been trained for everybody, and its parameters.
  void leave_out_shared(const std::set<std::string>& all) {
    if (request_.names == std::vector<std::string>{"all"})
      request_.names.assign(all.begin(), all.end());
    const auto is_shared = [&](const std::string& name) {
      return shared_.contains(full_name(name));
    };
    std::erase_if(request_.names, is_shared);
    std::erase_if(request_.set, [&](const std::string& setting) {
      const std::string parameter = setting.substr(0, setting.find('='));
      const std::size_t dot = parameter.rfind('.');
      return dot != std::string::npos && is_shared(parameter.substr(0, dot));
    });
  }

  static std::string full_name(const std::string& name) {
    return name.starts_with("model.") ? name : "model." + name;
  }

  const Caller& caller_;
  TrainRequest request_;
  TrainReports reports_;
  PeoplesModels made_;
  std::set<std::string> shared_, own_;  // models that are everybody's, and each person's
  bool has_read_own_ = false;           // the training at hand
};

}  // namespace

PeoplesModels train_for_people(const Caller& caller, TrainRequest request, const People& people,
                               const TrainReports& reports) {
  return Trainings(caller, std::move(request), reports).train(people);
}

}  // namespace engine::app
