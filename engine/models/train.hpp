// Training: as-of tables in, a new version of a model out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"
#include "models/shared_training.hpp"
#include "plugin/registry.hpp"
#include "store/taught_people.hpp"
#include "worker/worker.hpp"

namespace engine {

struct TrainRequest {
  std::string store;
  std::vector<std::string> names;  // "item_cf" or "model.item_cf"; "all" alone: every model
  std::set<std::string> if_read;   // full names; trained too where a model reads them
  std::vector<std::string> set;  // "PARAMETER=VALUE", or "MODEL.PARAMETER=VALUE" for one of several
  std::int64_t as_of = 0;        // Unix seconds
  std::uint64_t random_seed = 1;
  /// Only these learn: the tables of everybody (training_tables.hpp) hold nobody else. What is of
  /// the catalogue and of `columns` is as ever.
  TaughtPeople taught;
  /// The catalogue, and the person whose own tables are read where a model asks for such; then what
  /// it learns is a version of that person's.
  std::shared_ptr<const PreparedColumns> columns;
  AsOfOptions options;                                            // the play rule; now is as_of
  std::function<std::shared_ptr<const Registry>()> load_plugins;  // called in the worker
  std::function<const char*(std::string_view)> setting;           // host->setting()
  int kept = 5;                                                   // versions of a model that stay
  /// Where the artifacts go without the store being told, for who wants to judge models and not to
  /// use them; "": the store's own folder, and the store knows them. What is trained aside reads no
  /// model of the store, only what is trained with it.
  std::string aside;
  /// The training is shared with other tasks: of one model, which reads neither others nor what is a person's own.
  /// But for a merge no version comes of it, and the store is only read.
  std::optional<SharedTraining> shared;
  WorkerLimits limits;
  bool is_in_process = false;
};

struct TrainedModel {
  ModelVersion version;
  std::string no_data;  // not "": there was nothing to learn from, in the model's words; no version
  std::optional<SharedWork> shared;  // of a task of a shared training; no version
};

struct TrainReports {
  std::function<void(const std::string& model, double fraction)> progress;
  std::function<void(const TrainedModel&)> trained;  // after each, once the store knows it
  std::function<void(const std::string&)> note;      // what the models say
  /// Before anything that is the person's own is read for a model, be it by a model of theirs that
  /// it reads: what fails without this call fails for everybody.
  std::function<void(const std::string& model)> reads_own = {};
  /// In the transaction in which the store is told of a version, for who tells it more with it.
  std::function<void(Store& store, const ModelVersion&)> adding = {};
};

/// Trains each model in a supervised worker and makes what it learned the newest version. A model
/// may read others: those that are trained with it come before it, and it reads what they have just
/// learned; of the rest it reads what a run as of the same date would. What was trained before an
/// error, a crash or an interrupt stays; the model at hand stays as it was.
/// Throws Error: kUsage for unknown names and parameters, kPlugin for models that read each other in
/// a circle, kPlugin and kLimits for a worker that failed, kInterrupted, kStore; that also while
/// another training of the library is under way, which does not matter to the tasks of a shared one. Of those
/// kUsage for a model that is not trained so, kInput for parts of another training and for a merge of too few.
std::vector<TrainedModel> train_models(const TrainRequest& request, const TrainReports& reports);

}  // namespace engine
