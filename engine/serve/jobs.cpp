#include "serve/jobs.hpp"

#include <algorithm>
#include <ctime>

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kKeptSeconds = 3600;
constexpr std::size_t kKeptCount = 200;
constexpr std::size_t kLongestTold = 200, kMostTold = 20;  // of arguments, in bytes and values

const char* state_name(Job::State state) {
  switch (state) {
    case Job::kWaiting:
      return "waiting";
    case Job::kRunning:
      return "running";
    case Job::kDone:
      return "done";
    case Job::kFailed:
      return "failed";
    case Job::kCancelled:
      return "cancelled";
  }
  return "";
}

Json time_or_null(std::int64_t seconds) {
  return seconds == 0 ? Json() : Json(seconds);
}

/// The beginning of it: lists of jobs tell what was asked, and do not repeat it.
std::string shortened(const std::string& text) {
  if (text.size() <= kLongestTold) return text;
  std::size_t end = kLongestTold;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

/// What was asked, without where an upload is kept.
Json arguments_json(const ApiCall& call) {
  Json json = Json::object();
  for (const auto& [name, values] : call.given) {
    bool is_local = false;
    for (const verbs::Parameter& parameter : call.verb->parameters)
      is_local |= parameter.name == name && parameter.is_local;
    if (is_local) continue;
    Json told = Json::array();
    for (std::size_t k = 0; k < std::min(values.size(), kMostTold); ++k)
      told.push_back(shortened(values[k]));
    json[name] = told.size() == 1 ? told.front() : told;
  }
  return json;
}

}  // namespace

Json Job::json() const {
  return {{"job", number},
          {"verb", call.verb->name},
          {"arguments", arguments_json(call)},
          {"state", state_name(state)},
          {"progress", progress},
          {"notes", notes},
          {"asked", asked},
          {"started", time_or_null(started)},
          {"ended", time_or_null(ended)}};
}

Json Job::whole_json() const {
  Json whole = json();
  if (state == kDone) {
    whole["exit"] = exit;
    whole["answer"] = Json::parse(answer, nullptr, false);
  }
  if (state == kFailed) whole["error"] = Json::parse(error, nullptr, false);
  return whole;
}

Job& Jobs::add(std::string session, ApiCall call, Job::Lane lane, std::uint64_t request) {
  const std::uint64_t number = ++last_;
  Job job{.number = number, .session = std::move(session), .call = std::move(call)};
  job.lane = lane;
  if (lane != Job::kKept) job.request = request;
  job.asked = std::time(nullptr);
  return jobs_.emplace(number, std::move(job)).first->second;
}

Job* Jobs::find(std::uint64_t number) {
  const auto found = jobs_.find(number);
  return found == jobs_.end() ? nullptr : &found->second;
}

Json Jobs::list() const {
  Json list = Json::array();
  for (auto at = jobs_.rbegin(); at != jobs_.rend(); ++at)
    if (at->second.is_kept()) list.push_back(at->second.json());
  return list;
}

void Jobs::forget_old(std::int64_t now) {
  std::size_t ended = 0;
  for (const auto& [number, job] : jobs_) ended += job.has_ended() ? 1 : 0;
  std::erase_if(jobs_, [&](const auto& one) {
    const Job& job = one.second;
    if (!job.has_ended() || (now - job.ended < kKeptSeconds && ended <= kKeptCount)) return false;
    --ended;
    return true;
  });
}

}  // namespace engine::serve
