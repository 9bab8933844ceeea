// Whose plays a model is taught by, where it is to be judged on people whom it never learned from.
//
// Folds  The people of a library in kFolds parts by their names alone, as halves are
//        (user_halves.hpp): the remainder by kFolds of splitmix64 over the 64-bit FNV-1a of the
//        name, which starts from kFoldsSeed. A model taught by all outside somebody's fold knows
//        nothing of what that person went on to play, and has yet learned from nearly everybody, as
//        it will have where somebody new comes to a library (cross-fitting: Chernozhukov et al., The
//        Econometrics Journal 2018).
// Sample The people of a library of whom there are more than a training needs: those for whom that
//        hash, from another seed, lies below the share. A larger share has all of a smaller one.
#pragma once

#include <optional>
#include <string_view>

#include "store/user_halves.hpp"

namespace engine {

inline constexpr int kFolds = 5;
/// Parts u01 .. u35 into six to eight each, so that small libraries are parted about evenly.
inline constexpr unsigned kFoldsSeed = 51;

/// 0 .. kFolds - 1.
int fold_of(std::string_view user_name);

/// Some of the people, by their names.
class TaughtPeople {
 public:
  TaughtPeople() = default;  // everybody
  explicit TaughtPeople(Half half) : half_(half) {}
  static TaughtPeople outside_fold(int fold);
  /// `share` > 0 .. 1.
  static TaughtPeople sample(double share);

  [[nodiscard]] bool is_everybody() const { return !half_ && !outside_ && share_ >= 1; }
  /// Of everybody, where it is a sample; else 1.
  [[nodiscard]] double share() const { return share_; }
  [[nodiscard]] bool contains(std::string_view user_name) const;

 private:
  std::optional<Half> half_;
  std::optional<int> outside_;  // a fold
  double share_ = 1;
};

}  // namespace engine
