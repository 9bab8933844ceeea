#include "core/shard.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "core/error.hpp"
#include "core/random.hpp"

namespace engine {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// "undefined" is what Grid Engine says of a job that is no array.
bool is_set(const char* name) {
  return !variable(name).empty() && variable(name) != "undefined";
}

std::string shown(const char* name) {
  return std::string(name) + "=" + std::string(variable(name));
}

[[noreturn]] void cannot_tell(const std::string& found, const std::string& why,
                              const std::string& fix) {
  throw Error(Exit::kUsage, "--shard auto cannot tell the shard by " + found, {"", "", why, fix});
}

std::int64_t whole(const char* name) {
  if (const auto number = number_in(variable(name))) return *number;
  cannot_tell(shown(name), "it is no whole number", "give the shard: --shard I/N");
}

std::int64_t whole_or(const char* name, std::int64_t otherwise) {
  return is_set(name) ? whole(name) : otherwise;
}

GivenShard given(std::int64_t index, std::int64_t count, const std::string& by) {
  if (index < 1 || index > count || count > static_cast<std::int64_t>(kMostShards))
    cannot_tell(by, "that would be shard " + std::to_string(index) + " of " + std::to_string(count),
                "give the shard: --shard I/N");
  return {{static_cast<std::size_t>(index), static_cast<std::size_t>(count)}, by};
}

/// Tasks first, first + step ... last.
GivenShard of_range(const char* task, std::int64_t first, std::int64_t last, std::int64_t step) {
  const std::string by = shown(task) + " of " + std::to_string(first) + "-" + std::to_string(last) +
                         (step == 1 ? "" : ":" + std::to_string(step));
  if (step < 1 || (whole(task) - first) % step != 0)
    cannot_tell(by, "its steps are not even", "give the shard: --shard I/N");
  return given((whole(task) - first) / step + 1, (last - first) / step + 1, by);
}

GivenShard slurm() {
  const std::int64_t first = whole("SLURM_ARRAY_TASK_MIN"), count = whole("SLURM_ARRAY_TASK_COUNT");
  const std::int64_t step = whole_or("SLURM_ARRAY_TASK_STEP", 1);
  const std::int64_t last = whole_or("SLURM_ARRAY_TASK_MAX", first + (count - 1) * step);
  if (last != first + (count - 1) * step)
    cannot_tell(shown("SLURM_ARRAY_TASK_ID"),
                "the array has " + std::to_string(count) + " tasks between " +
                    std::to_string(first) + " and " + std::to_string(last) +
                    ", so it is a part of another",
                "give the shard of the whole: --shard $SLURM_ARRAY_TASK_ID/N");
  return of_range("SLURM_ARRAY_TASK_ID", first, last, step);
}

/// An index from 0 beside a number of them, which some of the clusters leave to whoever writes the job.
GivenShard of_index(const char* task, const char* count, std::int64_t first,
                    const std::string& fix) {
  if (!is_set(count)) cannot_tell(shown(task), std::string(count) + " is not set", fix);
  return given(whole(task) - first + 1, whole(count), shown(task) + ", " + shown(count));
}

}  // namespace

std::size_t shard_of_name(std::string_view name, std::size_t count) {
  return static_cast<std::size_t>(mix_seed(0, name) % count) + 1;
}

bool Shard::has(std::string_view name) const {
  return shard_of_name(name, count) == index;
}

std::string Shard::text() const {
  return std::to_string(index) + "/" + std::to_string(count);
}

std::string Shard::suffix() const {
  return count == 1 ? "" : "-" + std::to_string(index) + "-of-" + std::to_string(count);
}

Shard parse_shard(const std::string& text, std::string_view option) {
  const std::size_t slash = text.find('/');
  if (slash != text.npos) {
    const auto index = number_in(std::string_view(text).substr(0, slash));
    const auto count = number_in(std::string_view(text).substr(slash + 1));
    if (index && count && *index >= 1 && *index <= *count &&
        *count <= static_cast<std::int64_t>(kMostShards))
      return {static_cast<std::size_t>(*index), static_cast<std::size_t>(*count)};
  }
  throw Error(
      Exit::kUsage, std::string(option) + " cannot be " + text,
      {"", "",
       "it takes I/N: the I-th of N parts, e.g. 2/4; or auto, in a task of a cluster's array", ""});
}

std::string part_of_library(std::string_view part) {
  if (part == kCatalogueAlone) return "the catalogue of a library";
  return "shard " + std::string(part) + " of a library";
}

std::string taken_by(std::string_view part) {
  return part == kCatalogueAlone ? "engine snapshot-catalogue" : "engine scatter";
}

GivenShard shard_of_environment() {
  if (is_set("SLURM_ARRAY_TASK_ID")) return slurm();
  if (is_set("JOB_COMPLETION_INDEX"))
    return of_index("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0,
                    "set it in the manifest to the job's completions: env: {name: JOB_COMPLETIONS, "
                    "value: \"8\"}");
  if (is_set("AWS_BATCH_JOB_ARRAY_INDEX"))
    return of_index("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0,
                    "give the shard: --shard I/N");
  if (is_set("SGE_TASK_ID"))
    return of_range("SGE_TASK_ID", whole("SGE_TASK_FIRST"), whole("SGE_TASK_LAST"),
                    whole_or("SGE_TASK_STEPSIZE", 1));
  if (is_set("PBS_ARRAY_INDEX"))
    return of_index("PBS_ARRAY_INDEX", "PBS_ARRAY_COUNT", 1,
                    "set it in the script to the array's number of tasks, from 1: #PBS -J 1-8 -v "
                    "PBS_ARRAY_COUNT=8");
  throw Error(Exit::kUsage, "--shard auto finds no task of a cluster's array here",
              {"", "",
               "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX, "
               "SGE_TASK_ID and "
               "PBS_ARRAY_INDEX is set",
               "give the shard: --shard I/N"});
}

}  // namespace engine
