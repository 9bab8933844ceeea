#include "worker/items.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/error_bytes.hpp"

namespace engine {

std::optional<PoolJob> ItemWork::next() {
  if (is_stopped_) return std::nullopt;
  std::optional<ItemPart> part;
  if (waiting_.empty()) {
    part = next_part();
  } else {
    part = waiting_.front();
    waiting_.pop_front();
  }
  if (!part) return std::nullopt;
  const std::uint64_t id = next_id_++;
  running_[id] = {*part, part->begin};
  Job made = job(*part);
  return PoolJob{id, made.limits, job_of(std::move(made.body), words(part->begin))};
}

void ItemWork::frame(std::uint64_t id, std::uint32_t kind, const std::string& bytes) {
  std::size_t& item = running_.at(id).item;
  try {
    if (kind == JobFrame::kResult) {
      result(item, bytes);
    } else if (kind == JobFrame::kError) {
      failed(item, unpack_error(bytes));
    } else {
      return told(item, kind, bytes);
    }
  } catch (const nlohmann::json::exception& error) {
    failed(item, unreadable(error.what()));
  }
  ++item;
}

void ItemWork::ended(std::uint64_t id, const WorkerEnd& end) {
  auto [part, item] = running_.at(id);
  running_.erase(id);
  const bool is_whole = item == part.end || (end.is_done && part.end == ItemPart::kOpen);
  if (end.is_interrupted || is_whole) return;
  // Items are made in order, so the first that is missing is the one that ended the worker; one
  // that returned has told why.
  if (!end.is_done || item == part.begin) {
    failed(item, end_error(end, words(item)));
    ++item;
  }
  add({item, part.end});
}

void ItemWork::each(ItemPart part, JobSender& sender,
                    const std::function<void(std::size_t)>& make) const {
  for (std::size_t item = part.begin; item < part.end; ++item) {
    if (sender.heartbeat().is_interrupted()) return;
    sender.words = words(item);
    sender.guard([&] { make(item); });
  }
}

}  // namespace engine
