#include "store/taught_people.hpp"

#include "core/random.hpp"

namespace engine {

int fold_of(std::string_view user_name) {
  return static_cast<int>(Random(mix_seed(kFoldsSeed, user_name)).next() % kFolds);
}

TaughtPeople TaughtPeople::outside_fold(int fold) {
  TaughtPeople people;
  people.outside_ = fold;
  return people;
}

TaughtPeople TaughtPeople::sample(double share) {
  TaughtPeople people;
  people.share_ = share;
  return people;
}

bool TaughtPeople::contains(std::string_view user_name) const {
  constexpr std::uint64_t kSampleSeed = 0x5a3b1e;
  return (!half_ || half_of(user_name) == *half_) &&
         (!outside_ || fold_of(user_name) != *outside_) &&
         (share_ >= 1 || Random(mix_seed(kSampleSeed, user_name)).uniform() < share_);
}

}  // namespace engine
