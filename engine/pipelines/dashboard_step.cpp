// A person's dashboard as a file for a browser and one for programs: a step of an update
// (pipelines/update.hpp), of those that are asked for it.
//
// Written when something was read since the last time, after a day, or where one of the files is gone.
//
// figures  bytes of both files
// state    {"at": when they were written, "import": the last import that was in them, "folder"}
#include <filesystem>

#include "app/outputs.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "patterns/dashboard.hpp"
#include "patterns/drift.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {

StepResult write_dashboard(Pass& pass, const std::string& folder) {
  const std::int64_t import = pass.last_import();
  const nlohmann::ordered_json before = pass.state_of("dashboard");
  const std::string name = folder + "/" + app::person_file_name(pass.user().name);
  const bool are_there =
      std::filesystem::exists(name + ".html") && std::filesystem::exists(name + ".json");
  if (are_there && !before.is_null() && before.at("import") == import &&
      before.at("folder") == folder && pass.now() - before.at("at").get<std::int64_t>() < kDay)
    return {.outcome = Outcome::kNothing, .reason = "nothing came since it was written"};
  const KeptFiles kept = pass.caller().home.kept_files();
  const OutputFile::Options options{.makes_folders = true};
  const OutputFile page(name + ".html", kept, options), data(name + ".json", kept, options);
  patterns::DashboardInputs inputs = patterns::dashboard_inputs(pass.store(), pass.tables());
  patterns::look_for_drift(pass.tables(), patterns::DriftOptions(), inputs);
  const patterns::Dashboard board = patterns::dashboard(pass.tables(), inputs);
  const std::string html = patterns::dashboard_html(board),
                    json = json_text(patterns::dashboard_json(board)) + "\n";
  page.write(html);
  data.write(json);
  return {.reason = "wrote " + page.path() + " and " + data.path(),
          .figures = {{"bytes", static_cast<double>(html.size() + json.size())}},
          .state = {{"at", pass.now()}, {"import", import}, {"folder", folder}}};
}

}  // namespace engine::pipelines
