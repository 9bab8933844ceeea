// The models of a backtest's dates.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/lists_request.hpp"
#include "core/temporary_folder.hpp"

namespace engine::app {

/// The models that the plugins offer to train, by name.
std::set<std::string> trainable_models(const Caller& caller);

/// The models that the recipes' elements ask for when they run at `places` and find `models` there,
/// whether there is such a model or not. Of very many places some are tried, spread evenly; what
/// only the others ask for is told as missing by the lists themselves. A recipe that fails asks for
/// none; the real lists tell why.
std::set<std::string> read_models(const evaluate::ListsRequest& lists,
                                  const std::vector<evaluate::Place>& places,
                                  const std::vector<ModelVersion>& models);

/// The models that recipes find at each date: those of the store as of it, or with is_training those
/// that the recipes ask for, trained aside as of each date or every train_every, which nothing
/// later reaches either, on the plays of those in ListsOptions::trained_on. What is taught by others
/// than a person is a version of that person's own, so that nobody else gets it; the people of a
/// fold share what it consists of. Gone with this object.
class DateModels {
 public:
  /// Fills in request.models; `request` holds its entries. Throws what training throws.
  DateModels(const Caller& caller, const ListsOptions& options,
             const std::vector<evaluate::Period>& periods, evaluate::ListsRequest& request);

  /// "1w"; "" for the store's.
  [[nodiscard]] const std::string& every() const { return every_; }

 private:
  void train(const Caller& caller, const evaluate::ListsRequest& request,
             const std::vector<evaluate::Period>& periods, const std::string& trained_on);

  TemporaryFolder folder_;
  std::vector<ModelVersion> stored_;                           // without training
  std::map<std::int64_t, std::vector<ModelVersion>> trained_;  // by the date they are as of
  std::string every_;
};

}  // namespace engine::app
