#include "batch/work.hpp"

#include <algorithm>
#include <utility>

#include "data/people.hpp"

namespace engine::batch {
namespace {

// A part is long against loading the plugins, and short against the whole, so that all workers end
// at about the same time and one that crashes has not held up many.
constexpr std::size_t kLongestPart = 256;
constexpr std::size_t kPartsPerWorker = 4;
// Lists that wait in memory for one before them.
constexpr std::size_t kMostWaiting = 4096;

}  // namespace

BatchWork::BatchWork(const BatchRequest& request, const RunRequest& recipe,
                     const ColumnLoader& loader, std::vector<const User*> users,
                     std::function<void(const User&, Made)> take,
                     std::function<void(const User&, const std::string&)> print)
    : request_(request),
      recipe_(recipe),
      loader_(loader),
      users_(std::move(users)),
      take_(std::move(take)),
      print_(std::move(print)),
      part_size_(std::clamp<std::size_t>(
          users_.size() /
              (kPartsPerWorker * std::max<std::size_t>(request.workers.pool.workers, 1)),
          1, kLongestPart)) {}

std::optional<ItemPart> BatchWork::next_part() {
  if (next_place_ == users_.size() || (is_running() && waiting_.size() >= kMostWaiting))
    return std::nullopt;
  const std::size_t begin = next_place_;
  next_place_ = std::min(begin + part_size_, users_.size());
  return ItemPart{begin, next_place_};
}

ItemWork::Job BatchWork::job(ItemPart part) {
  std::vector<std::shared_ptr<const PreparedColumns>> columns;
  for (std::size_t k = part.begin; k < part.end; ++k) {
    columns.push_back(
        with_people(loader_.load(*users_[k]), loader_, recipe_.recipe_text, recipe_.set));
  }
  return {limits_of_part(request_.workers, part.end - part.begin),
          [this, part, columns = std::move(columns)](JobSender& sender) {
            ListMaker maker(recipe_, request_.workers, sender);
            each(part, sender, [&](std::size_t place) {
              maker.make_list(columns[place - part.begin], request_.is_recorded);
            });
          }};
}

void BatchWork::told(std::size_t place, std::uint32_t kind, const std::string& bytes) {
  // What was not loaded is told by the one that tried the recipe.
  if (kind == JobFrame::kPrint) print_(*users_[place], bytes);
}

void BatchWork::result(std::size_t place, const std::string& bytes) {
  settle(place, unpack_list(bytes, request_.is_recorded));
}

void BatchWork::failed(std::size_t place, Error error) {
  Made made;
  made.error = std::move(error);
  settle(place, std::move(made));
}

void BatchWork::settle(std::size_t place, Made made) {
  waiting_.emplace(place, std::move(made));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_taken_;
       first = waiting_.erase(first)) {
    take_(*users_[next_taken_++], std::move(first->second));
  }
}

}  // namespace engine::batch
