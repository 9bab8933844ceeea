// The job that `engine jobs add` is asked for.
#pragma once

#include <string>
#include <vector>

#include "schedule/jobs.hpp"
#include "store/store.hpp"
#include "verbs/usual_jobs.hpp"
#include "verbs/verb.hpp"

namespace engine::verbs {

std::vector<Parameter> add_job_parameters();

/// [NAME] [WHEN] [VERB ARGUMENT ...], in its parts; "" and empty where they are not there.
struct JobWords {
  std::string name, when;
  std::vector<std::string> verb;
};
/// Throws Error(kUsage) for a name that cannot be, and for a verb without a time.
JobWords job_words(const Arguments& arguments);

/// A job of the caller's --user, else the house's, checked but for whether its name is free. Throws
/// Error(kUsage): a verb that there is not, arguments that it does not take, a time that cannot be read
/// or never comes, a zone that the system does not know.
schedule::Job asked_job(const app::Caller& caller, const Store& store, const Arguments& arguments,
                        const JobWords& parts);

/// One of the usual jobs, at another time where `when` is not "". Where it is a person's own and
/// somebody else has it already, its name has the person's in it. Throws as asked_job() and
/// choose_user() do.
schedule::Job usual_job(const app::Caller& caller, const Store& store, const Arguments& arguments,
                        const UsualJob& usual, const std::string& when);

/// Of a name alone that is none of the usual ones.
[[noreturn]] void refuse_unknown_job(const JobWords& parts);

}  // namespace engine::verbs
