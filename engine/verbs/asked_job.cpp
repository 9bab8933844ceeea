#include "verbs/asked_job.hpp"

#include <algorithm>

#include "app/default_user.hpp"
#include "core/duration.hpp"
#include "core/shown_text.hpp"
#include "schedule/cron_expression.hpp"
#include "store/users.hpp"
#include "verbs/verb_words.hpp"

namespace engine::verbs {
namespace {

using schedule::CronExpression;
using schedule::Job;

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

bool says_when(const std::string& word) {
  return word.find_first_of(" \t") != std::string::npos || word.starts_with("@");
}

void check_job_name(const std::string& name) {
  if (!name.empty() && name.size() <= 64 && name[0] != '-' &&
      name.find_first_not_of(kNameCharacters) == std::string::npos)
    return;
  // Five fields without quotes around them.
  const bool is_field = name.find_first_not_of("0123456789*/,-") == std::string::npos;
  throw Error(Exit::kUsage, "a job cannot be called \"" + one_line(name) + "\"",
              {"", "", "names have letters, digits, -, _ and .",
               is_field ? "write when in quotes: engine jobs add NAME \"0 7 * * 1\" -- VERB" : ""});
}

/// A name for a job that was given none: its verb's, with a number where that is taken.
std::string free_name(const Store& store, const std::string& verb) {
  std::string name = verb;
  std::replace(name.begin(), name.end(), ' ', '-');
  std::vector<std::string> taken;
  for (const Job& job : schedule::list_jobs(store)) taken.push_back(job.name);
  std::string free = name;
  for (int k = 2; std::find(taken.begin(), taken.end(), free) != taken.end(); ++k)
    free = name + "-" + std::to_string(k);
  return free;
}

/// What a job can be whatever its verb allows.
void check_verb_of_job(const VerbWords& words) {
  const std::string first = words.verb->name.substr(0, words.verb->name.find(' '));
  if (first == "jobs")
    throw Error(Exit::kUsage, "a job cannot be about jobs",
                {"", "", "it would wait for itself", ""});
  if (words.given.contains("forever") || first == "listen") {
    throw Error(Exit::kUsage, words.verb->name + " would never end",
                {"", "", "a job has an end, and comes again",
                 first == "listen" ? "run it as a service of its own" : "leave --forever out"});
  }
}

/// Whose clocks it goes by where nobody is named: of a library of several people the setting's.
void choose_zone(const app::Caller& caller, const Store& store, const Arguments& arguments,
                 Job& job) {
  if (arguments.has("zone")) {
    job.timezone = arguments.text("zone");
  } else if (!job.user_id && !default_user(store)) {
    const std::string name = app::user_name(caller);
    if (const auto user = name.empty() ? std::nullopt : find_user(store, name))
      job.timezone = user->timezone;
  }
}

void check_when(const Store& store, const Job& job, std::int64_t now) {
  const CronExpression expression = CronExpression::parse(job.when);
  const std::string zone = schedule::zone_of(store, job);
  if (schedule::next_time(expression, now, zone)) return;
  throw Error(
      Exit::kUsage, "\"" + one_line(job.when) + "\" never comes",
      {"", "", "no month has such a day, or the clocks of " + zone + " never show that", ""});
}

/// What is usual, with what the flags say in its place.
void apply_flags(const Arguments& arguments, Job& job) {
  if (arguments.has("jitter")) job.jitter_seconds = arguments.integer("jitter") * kMinute;
  if (arguments.has("time-limit")) job.limit_seconds = arguments.integer("time-limit") * kMinute;
  job.retries = arguments.integer("retries");
  job.backoff_seconds = arguments.integer("backoff") * kMinute;
}

/// A person's name as a part of a job's.
std::string name_part(std::string name) {
  for (char& c : name)
    if (kNameCharacters.find(c) == std::string_view::npos) c = '_';
  return name.substr(0, 32);
}

}  // namespace

std::vector<Parameter> add_job_parameters() {
  return {{.name = "name",
           .value_name = "NAME",
           .help = "What the job is called [default: as its verb], or a usual job: sync, update, "
                   "refresh, discover, retrain, clusters, weekly-lists, snapshots, drift",
           .is_first = true},
          {.name = "when",
           .value_name = "WHEN",
           .help = "\"0 7 * * 1\", @daily; of a usual job what is usual",
           .is_first = true},
          {.name = "verb",
           .value_name = "WORD",
           .help = "Behind --, the verb and its arguments, as on a command line",
           .is_first = true,
           .is_several = true,
           .is_local = true},  // it may write files
          {.name = "usual",
           .type = Type::kFlag,
           .help = "All of the usual ones that are not there yet and have something to do"},
          {.name = "zone",
           .value_name = "ZONE",
           .help = "By whose clocks: Europe/Berlin [default: those of --user, or of the only "
                   "person (engine library timezone)]"},
          {.name = "jitter",
           .type = Type::kInteger,
           .value_name = "MINUTES",
           .help = "Later by up to so much, another time each time [default: 0; of a usual job "
                   "what is usual]",
           .least = 0,
           .most = 720},
          {.name = "retries",
           .type = Type::kInteger,
           .value_name = "N",
           .help = "How often a run that fails is tried again",
           .usual = "2",
           .least = 0,
           .most = 20},
          {.name = "backoff",
           .type = Type::kInteger,
           .value_name = "MINUTES",
           .help = "How long after the first failure; after each further one twice as long",
           .usual = "5",
           .least = 1,
           .most = 360},
          {.name = "time-limit",
           .type = Type::kInteger,
           .value_name = "MINUTES",
           .help = "A run that takes longer is killed [default: 120; of a usual job what is usual]",
           .least = 1,
           .most = 10'080}};
}

JobWords job_words(const Arguments& arguments) {
  // Where there is no name, all words stand one place further on the left.
  std::vector<std::string> words;
  for (const char* part : {"name", "when", "verb"})
    words.insert(words.end(), arguments.texts(part).begin(), arguments.texts(part).end());
  JobWords parts;
  std::size_t at = 0;
  if (at < words.size() && !says_when(words[at])) parts.name = words[at++];
  if (at < words.size() && says_when(words[at])) parts.when = words[at++];
  parts.verb.assign(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
  if (!parts.name.empty()) check_job_name(parts.name);
  if (parts.verb.empty() || !parts.when.empty()) return parts;
  const bool is_field = parts.verb[0].find_first_not_of("0123456789*/,-") == std::string::npos;
  throw Error(Exit::kUsage, "the job does not say when",
              {"", "",
               "behind its name stands \"" + one_line(parts.verb[0]) + "\"" +
                   (is_field ? ", one field of five" : ""),
               "write it in quotes, or in a word: engine jobs add NAME \"0 7 * * 1\" -- VERB, "
               "engine jobs add NAME @daily -- VERB"});
}

Job asked_job(const app::Caller& caller, const Store& store, const Arguments& arguments,
              const JobWords& parts) {
  const VerbWords words = read_verb_words(parts.verb);
  check_verb_of_job(words);
  Job job{.name = parts.name.empty() ? free_name(store, words.verb->name) : parts.name};
  if (!caller.asked.user.empty()) job.user_id = choose_user(store, caller.asked.user).id;
  job.verb = words.verb->name;
  job.arguments = words.arguments;
  job.when = parts.when;
  job.limit_seconds = 2 * kHour;
  job.counts_from = caller.asked.now;
  apply_flags(arguments, job);
  choose_zone(caller, store, arguments, job);
  check_when(store, job, caller.asked.now);
  return job;
}

Job usual_job(const app::Caller& caller, const Store& store, const Arguments& arguments,
              const UsualJob& usual, const std::string& when) {
  app::Caller whose = caller;
  JobWords parts{usual.name, when.empty() ? usual.when : when, usual.words};
  if (!usual.is_persons) {
    whose.asked.user.clear();
  } else {
    const User user = choose_user(store, app::user_name(caller));
    whose.asked.user = user.name;
    for (const Job& job : schedule::list_jobs(store))
      if (job.name == usual.name && job.user_id && *job.user_id != user.id)
        parts.name += "-" + name_part(user.name);
  }
  Job job = asked_job(whose, store, arguments, parts);
  if (!arguments.has("jitter")) job.jitter_seconds = usual.jitter_minutes * kMinute;
  if (!arguments.has("time-limit")) job.limit_seconds = usual.limit_minutes * kMinute;
  return job;
}

void refuse_unknown_job(const JobWords& parts) {
  std::vector<std::string> names;
  std::string all;
  for (const UsualJob& usual : usual_jobs()) {
    names.emplace_back(usual.name);
    all += (all.empty() ? "" : ", ") + std::string(usual.name);
  }
  const std::string near = nearest(parts.name, names);
  throw Error(Exit::kUsage, "the job does not say what is to be done",
              {"", "", "of the usual jobs none is called \"" + one_line(parts.name) + "\": " + all,
               near.empty() ? "write: engine jobs add NAME \"0 7 * * 1\" -- VERB ARGUMENT"
                            : "did you mean " + near + "?"});
}

}  // namespace engine::verbs
