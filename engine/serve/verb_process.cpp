#include "serve/verb_process.hpp"

#include <cstdlib>

#include "core/json_text.hpp"

namespace engine::serve {
namespace {

enum Kind : std::uint32_t { kProgress = JobFrame::kOwn, kLine, kWarning };

app::Hearers hearers_of(JobSender& sender) {
  const auto note = [&sender](const std::string& text) { sender.note(text); };
  return {.note = note,
          .note_once = note,
          .verbose = nullptr,
          .error = [&sender](const Error& error) { sender.send(kWarning, error.text()); },
          .progress = [&sender](const std::string& line) { sender.send(kProgress, line); },
          .part = nullptr,
          .line = [&sender](const nlohmann::ordered_json& data,
                            const std::string&) { sender.send(kLine, json_text(data)); }};
}

void ask(const app::Home& home, const ApiCall& call, JobSender& sender) {
  const app::Caller caller{home, call.asked, hearers_of(sender), {.is_json = true}};
  const verbs::Answer answer = call.verb->answer(caller, verbs::Arguments(*call.verb, call.given));
  sender.result(std::to_string(static_cast<int>(answer.exit)) + " " + json_text(answer.data));
  // It is kept as the call's answer, whether anybody still waits for it or not.
  if (answer.afterwards) answer.afterwards();
}

JobWords words_of(const ApiCall& call) {
  JobWords words;
  words.who = call.verb->name;
  words.memory_limit = "";
  words.fix = "report it with what was asked";
  return words;
}

}  // namespace

VerbProcess::VerbProcess(const app::Home& home, const ApiCall& call, Hearers hearers)
    : hearers_(std::move(hearers)),
      reader_({.note = hearers_.note,
               .result = [this](const std::string& bytes) { answer_ = bytes; },
               .own = [this](std::uint32_t kind, const std::string& bytes) { hear(kind, bytes); }},
              words_of(call)) {
  // A verb's limits are its own: an import may take an hour.
  const WorkerLimits none{.wall_seconds = 0, .cpu_seconds = 0, .memory_bytes = 0};
  const std::vector<int> nothing_of_the_desk;
  worker_ =
      std::make_unique<BackgroundWorker>(none, reader_.job([&home, &call, this](JobSender& sender) {
        ::setenv("TMPDIR", folder_.path().c_str(), 1);
        ask(home, call, sender);
      }),
                                         &nothing_of_the_desk);
}

bool VerbProcess::take() {
  const bool has_ended = !worker_->pump();
  std::uint32_t kind = 0;
  for (std::string bytes; worker_->take(kind, bytes);) reader_.take(kind, bytes);
  return has_ended;
}

void VerbProcess::hear(std::uint32_t kind, const std::string& bytes) {
  if (kind == kProgress) hearers_.progress(bytes);
  if (kind == kLine) hearers_.line(bytes);
  if (kind == kWarning) hearers_.note(bytes);
}

VerbProcess::Answered VerbProcess::finish() {
  reader_.finish(worker_->finish());
  const std::size_t blank = answer_.find(' ');
  if (blank == std::string::npos) throw unreadable("the verb gave no answer");
  return {std::stoi(answer_), answer_.substr(blank + 1)};
}

}  // namespace engine::serve
