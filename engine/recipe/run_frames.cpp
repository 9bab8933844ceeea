#include "recipe/run_frames.hpp"

#include "plugin/registry.hpp"

namespace engine {
namespace {

/// Names stages. A step of the engine is told with the element before it: what an element breaks
/// (memory, descriptors) may show only after it has returned.
class Stages {
 public:
  std::string operator()(const std::string& stage) {
    for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
      if (stage.starts_with(std::string(kind_name(kind)) + '.')) return element_ = stage;
    }
    return element_.empty() ? stage : stage + ", after " + element_;
  }

 private:
  std::string element_;
};

}  // namespace

RunReports run_reports(JobSender& sender, std::optional<Network> confinement,
                       const std::string& of) {
  Heartbeat& heartbeat = sender.heartbeat();
  RunReports reports;
  reports.doing = [&heartbeat, prefix = of.empty() ? "" : of + ": ", stages = Stages()](
                      const std::string& what) mutable { heartbeat.doing(prefix + stages(what)); };
  reports.beat = [&heartbeat] { heartbeat.beat(); };
  reports.give_up = [&heartbeat](const char* what, const char* where) {
    heartbeat.give_up(what, where);
  };
  reports.ask = [&sender](std::string_view question) { return sender.ask(question); };
  reports.is_cancelled = [&heartbeat] { return heartbeat.is_interrupted(); };
  reports.print = [&sender](const std::string& text) { sender.print(text); };
  reports.loaded = [&sender, confinement](const Registry& registry) {
    for (const std::string& line : registry.problem_lines()) sender.not_loaded(line);
    if (confinement) confine_process(*confinement);
  };
  return reports;
}

}  // namespace engine
