// The jobs that a house usually has, by name: what `engine jobs add NAME` and `--usual` add.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace engine::verbs {

struct UsualJob {
  const char* name;
  const char* when;
  std::vector<std::string> words;  // the verb and its arguments
  int jitter_minutes, limit_minutes;
  bool is_persons;    // it is somebody's own: --user, or the only person of the library
  const char* needs;  // an SQL condition without which there is nothing to do; "" for none
  const char* lacks;  // what to tell then
};

std::span<const UsualJob> usual_jobs();
/// Null for a name that is none.
const UsualJob* find_usual_job(const std::string& name);

}  // namespace engine::verbs
