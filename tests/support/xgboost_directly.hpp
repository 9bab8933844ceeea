// XGBoost by its C interface and nothing else: what our way through it is held against.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <xgboost/c_api.h>

#include "shared/system_library.hpp"

namespace support {

class XgBoostDirectly {
 public:
  XgBoostDirectly(std::span<const float> rows, std::size_t columns, std::span<const float> labels,
                  const std::vector<std::pair<std::string, std::string>>& parameters, int rounds) {
    check(api().XGDMatrixCreateFromMat_omp(rows.data(), labels.size(), columns,
                                           std::numeric_limits<float>::quiet_NaN(), &matrix_, 1));
    check(api().XGDMatrixSetFloatInfo(matrix_, "label", labels.data(), labels.size()));
    check(api().XGBoosterCreate(&matrix_, 1, &booster_));
    for (const auto& [name, value] : parameters)
      check(api().XGBoosterSetParam(booster_, name.c_str(), value.c_str()));
    for (int round = 0; round < rounds; ++round)
      check(api().XGBoosterUpdateOneIter(booster_, round, matrix_));
  }
  XgBoostDirectly(const XgBoostDirectly&) = delete;
  XgBoostDirectly& operator=(const XgBoostDirectly&) = delete;
  ~XgBoostDirectly() {
    api().XGBoosterFree(booster_);
    api().XGDMatrixFree(matrix_);
  }

  /// Log odds of the rows it was given, which it knows from growing.
  [[nodiscard]] std::vector<float> sums() const { return sums_of(matrix_); }
  /// The same of rows that it has not seen.
  [[nodiscard]] std::vector<float> sums_anew(std::span<const float> rows,
                                             std::size_t columns) const {
    DMatrixHandle matrix = nullptr;
    check(api().XGDMatrixCreateFromMat_omp(rows.data(), rows.size() / columns, columns,
                                           std::numeric_limits<float>::quiet_NaN(), &matrix, 1));
    std::vector<float> sums = sums_of(matrix);
    api().XGDMatrixFree(matrix);
    return sums;
  }

 private:
  struct Api : shared::SystemLibrary {
    Api() : SystemLibrary("libxgboost.so.0") {}
    PLAYLIST_SYSTEM_FUNCTION(XGBGetLastError);
    PLAYLIST_SYSTEM_FUNCTION(XGDMatrixCreateFromMat_omp);
    PLAYLIST_SYSTEM_FUNCTION(XGDMatrixSetFloatInfo);
    PLAYLIST_SYSTEM_FUNCTION(XGDMatrixFree);
    PLAYLIST_SYSTEM_FUNCTION(XGBoosterCreate);
    PLAYLIST_SYSTEM_FUNCTION(XGBoosterFree);
    PLAYLIST_SYSTEM_FUNCTION(XGBoosterSetParam);
    PLAYLIST_SYSTEM_FUNCTION(XGBoosterUpdateOneIter);
    PLAYLIST_SYSTEM_FUNCTION(XGBoosterPredict);
  };
  static const Api& api() {
    static const Api kApi;
    return kApi;
  }
  [[nodiscard]] std::vector<float> sums_of(DMatrixHandle matrix) const {
    bst_ulong length = 0;
    const float* found = nullptr;
    constexpr int kMargin = 1;
    check(api().XGBoosterPredict(booster_, matrix, kMargin, 0, 0, &length, &found));
    return {found, found + length};
  }
  static void check(int status) {
    if (status != 0) throw std::runtime_error(api().XGBGetLastError());
  }

  DMatrixHandle matrix_ = nullptr;
  BoosterHandle booster_ = nullptr;
};

}  // namespace support
