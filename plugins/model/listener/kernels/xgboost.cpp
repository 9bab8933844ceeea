#include "xgboost.hpp"

#include "playlist/plugin.hpp"

#include <cmath>
#include <initializer_list>
#include <limits>
#include <memory>
#include <numeric>
#include <string_view>
#include <xgboost/c_api.h>

#include <nlohmann/json.hpp>

#include "shared/system_library.hpp"

namespace model {
namespace {

struct XgBoost : shared::SystemLibrary {
  XgBoost() : SystemLibrary("libxgboost.so.0") {}
  PLAYLIST_SYSTEM_FUNCTION(XGBGetLastError);
  PLAYLIST_SYSTEM_FUNCTION(XGDMatrixCreateFromMat_omp);
  PLAYLIST_SYSTEM_FUNCTION(XGDMatrixSetFloatInfo);
  PLAYLIST_SYSTEM_FUNCTION(XGDMatrixFree);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterCreate);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterFree);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterSetParam);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterUpdateOneIter);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterSaveModelToBuffer);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterEvalOneIter);
  PLAYLIST_SYSTEM_FUNCTION(XGBoosterPredictFromDMatrix);
};

const XgBoost& xgboost() {
  static const XgBoost kXgBoost;
  return kXgBoost;
}

void check(int status) {
  if (status != 0)
    throw playlist::Error(playlist::concat("XGBoost: ", xgboost().XGBGetLastError()));
}

/// The rows and labels that trees are grown of.
class Matrix {
 public:
  Matrix(std::span<const float> rows, std::size_t columns, std::span<const float> labels,
         int threads) {
    check(xgboost().XGDMatrixCreateFromMat_omp(rows.data(), labels.size(), columns,
                                               std::numeric_limits<float>::quiet_NaN(), &handle_,
                                               threads));
    check(xgboost().XGDMatrixSetFloatInfo(handle_, "label", labels.data(), labels.size()));
  }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() { xgboost().XGDMatrixFree(handle_); }

  [[nodiscard]] DMatrixHandle handle() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

class Booster {
 public:
  explicit Booster(std::initializer_list<const Matrix*> matrices) {
    std::vector<DMatrixHandle> cached;
    for (const Matrix* matrix : matrices) cached.push_back(matrix->handle());
    check(xgboost().XGBoosterCreate(cached.data(), cached.size(), &handle_));
  }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster() { xgboost().XGBoosterFree(handle_); }

  void set(const char* name, const std::string& value) {
    check(xgboost().XGBoosterSetParam(handle_, name, value.c_str()));
  }
  void grow(int round, const Matrix& matrix) {
    check(xgboost().XGBoosterUpdateOneIter(handle_, round, matrix.handle()));
  }
  /// The metric "eval_metric" on a matrix.
  [[nodiscard]] double metric(int round, const Matrix& matrix) {
    DMatrixHandle matrices[] = {matrix.handle()};
    const char* names[] = {"on"};
    const char* told = nullptr;  // "[3]\ton-mlogloss:1.25"
    check(xgboost().XGBoosterEvalOneIter(handle_, round, matrices, names, 1, &told));
    return std::stod(std::string(told).substr(std::string_view(told).rfind(':') + 1));
  }
  /// By the first `rounds`.
  [[nodiscard]] std::vector<float> said(const Matrix& matrix, int rounds) const {
    const std::string how = nlohmann::json{
        {"type", 0},
        {"training", false},
        {"iteration_begin", 0},
        {"iteration_end", rounds},
        {"strict_shape", false}}.dump();
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    check(xgboost().XGBoosterPredictFromDMatrix(handle_, matrix.handle(), how.c_str(), &shape,
                                                &dimensions, &values));
    bst_ulong count = 1;
    for (bst_ulong k = 0; k < dimensions; ++k) count *= shape[k];
    return {values, values + count};
  }
  [[nodiscard]] nlohmann::json model() const {
    bst_ulong length = 0;
    const char* bytes = nullptr;
    check(xgboost().XGBoosterSaveModelToBuffer(handle_, R"({"format": "json"})", &length, &bytes));
    return nlohmann::json::parse(bytes, bytes + length);
  }

 private:
  BoosterHandle handle_ = nullptr;
};

std::string list_of(const std::vector<int>& signs) {
  std::string text;
  for (const int sign : signs) text += playlist::concat(text.empty() ? "(" : ",", sign);
  return text + ")";
}

std::string exact(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

void set_up(Booster& booster, const BoostingOptions& options) {
  booster.set("verbosity", "0");
  booster.set("tree_method", "hist");
  booster.set("nthread", playlist::concat(options.threads));
  booster.set("seed", playlist::concat(options.random_seed));
  booster.set("subsample", exact(options.row_share));
  booster.set("colsample_bytree", exact(options.column_share));
  booster.set("max_depth", playlist::concat(options.depth));
  booster.set("eta", exact(options.rate));
  // A row adds at most a quarter to this sum, so no leaf has fewer rows.
  booster.set("min_child_weight", exact(options.least_rows / 4.0));
  if (!options.signs.empty()) booster.set("monotone_constraints", list_of(options.signs));
}

/// One tree of XGBoost's JSON, behind those that are there.
void append(const nlohmann::json& tree, shared::BoostedTreesOf& grown) {
  const auto& left = tree.at("left_children");
  const auto& right = tree.at("right_children");
  const auto& feature = tree.at("split_indices");
  const auto& value = tree.at("split_conditions");  // of a leaf what it adds
  const auto& missing_left = tree.at("default_left");
  const std::int32_t first = grown.begin.back();
  const auto node = [&](const nlohmann::json& child) {
    const auto number = child.get<std::int32_t>();
    return number < 0 ? -1 : first + number;
  };
  for (std::size_t k = 0; k < left.size(); ++k) {
    grown.left.push_back(node(left[k]));
    grown.right.push_back(node(right[k]));
    grown.feature.push_back(feature[k].get<std::int32_t>());
    grown.value.push_back(value[k].get<float>());
    grown.missing_left.push_back(missing_left[k].get<int>() != 0);
  }
  grown.begin.push_back(static_cast<std::int32_t>(grown.left.size()));
}

}  // namespace

std::string why_no_xgboost() {
  try {
    xgboost();
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::optional<shared::BoostedTreesOf> grow_trees(std::span<const float> rows, std::size_t columns,
                                                 std::span<const float> labels,
                                                 const BoostingOptions& options) {
  if (const std::string why = why_no_xgboost(); !why.empty()) throw playlist::Error(why);
  const double mean = std::accumulate(labels.begin(), labels.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(1, labels.size()));
  const auto base_score = static_cast<float>(std::clamp(mean, 1e-6, 1 - 1e-6));
  const Matrix matrix(rows, columns, labels, options.threads);
  Booster booster({&matrix});
  set_up(booster, options);
  booster.set("objective", "binary:logistic");
  booster.set("base_score", exact(double{base_score}));
  for (int round = 0; round < options.rounds; ++round) {
    booster.grow(round, matrix);
    if (options.proceed && !options.proceed((round + 1.0) / options.rounds)) return std::nullopt;
  }
  shared::BoostedTreesOf grown;
  const nlohmann::json model = booster.model();
  for (const auto& tree : model.at("learner").at("gradient_booster").at("model").at("trees"))
    append(tree, grown);
  grown.base = -std::log(1.0F / base_score - 1.0F);
  return grown;
}

std::optional<SoftprobTrial> try_softprob(const ClassRows& taught, const ClassRows& stop,
                                          const ClassRows& asked, std::size_t columns, int classes,
                                          int patience, const BoostingOptions& options) {
  if (const std::string why = why_no_xgboost(); !why.empty()) throw playlist::Error(why);
  const Matrix teaching(taught.rows, columns, taught.labels, options.threads),
      stopping(stop.rows, columns, stop.labels, options.threads),
      asking(asked.rows, columns, std::vector<float>(asked.labels.size()), options.threads);
  Booster booster({&teaching, &stopping});
  set_up(booster, options);
  booster.set("objective", "multi:softprob");
  booster.set("num_class", playlist::concat(classes));
  booster.set("eval_metric", "mlogloss");
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int round = 0; round < options.rounds && round - best <= patience; ++round) {
    booster.grow(round, teaching);
    if (const double loss = booster.metric(round, stopping); loss < least) {
      least = loss;
      best = round;
    }
    if (options.proceed && !options.proceed((round + 1.0) / options.rounds)) return std::nullopt;
  }
  return SoftprobTrial{booster.said(asking, best + 1), best + 1};
}

}  // namespace model
