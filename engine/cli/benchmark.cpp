// engine benchmark NAME PATH: how well the models recall on a public split, beside published
// tables.
#include "benchmark/benchmark.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include <nlohmann/json.hpp>

#include "benchmark/contestants.hpp"
#include "cli/cli.hpp"
#include "core/json_text.hpp"
#include "plugin/registry.hpp"
#include "worker/pool.hpp"

namespace engine {
namespace {

using benchmark::Metrics;
using benchmark::Result;
using Json = nlohmann::ordered_json;

struct BenchmarkOptions {
  std::string name, folder;
  std::vector<std::string> models;
  std::size_t jobs = 0;
};

double rounded(double value, double parts) {
  return std::round(value * parts) / parts;
}

Json json_of(const Result& result) {
  Json models = Json::array();
  for (const benchmark::ModelResult& model : result.models) {
    Json row{{"name", model.name}};
    for (std::size_t k = 0; k < result.protocol.cuts.size(); ++k) {
      const std::string cut = "@" + std::to_string(result.protocol.cuts[k]);
      row["recall" + cut] = rounded(model.metrics.recall[k], 1e6);
      row["ndcg" + cut] = rounded(model.metrics.ndcg[k], 1e6);
    }
    row["seconds"] = rounded(model.seconds, 1e2);
    row["parameters"] = Json::parse(model.parameters);
    row["validation_seconds"] = rounded(model.choosing, 1e2);
    models.push_back(row);
  }
  return Json{{"benchmark", result.protocol.name},
              {"users", result.users},
              {"items", result.items},
              {"train", result.train},
              {"test", result.test},
              {"judged_users", result.judged},
              {"models", models}};
}

/// The metrics a table shows: those of the published rows, else those at the cuts.
std::vector<std::string> columns_of(const Result& result) {
  std::vector<std::string> columns;
  if (result.protocol.published.empty() || result.protocol.cuts.size() == 2) {
    for (const std::size_t cut : result.protocol.cuts) {
      columns.push_back("recall@" + std::to_string(cut));
      columns.push_back("ndcg@" + std::to_string(cut));
    }
    return columns;
  }
  for (const std::size_t cut : result.protocol.cuts)
    columns.push_back("recall@" + std::to_string(cut));
  return columns;
}

std::string cell(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(1, width - static_cast<int>(text.size()))),
                     ' ') +
         text;
}

std::string figure(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string table_of(const Result& result) {
  const std::vector<std::string> columns = columns_of(result);
  std::string text = result.protocol.name + ": " + std::to_string(result.users) + " users, " +
                     std::to_string(result.items) + " items, train " +
                     std::to_string(result.train) + ", test " + std::to_string(result.test) + ", " +
                     std::to_string(result.judged) + " users judged\n\n";
  const auto row = [&](const std::string& name, const std::vector<std::string>& cells,
                       const std::string& rest) {
    text += name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ');
    for (const std::string& one : cells) text += cell(one, 11);
    text += "  " + rest + "\n";
  };
  row("model", columns, "seconds  parameters");
  for (const benchmark::ModelResult& model : result.models) {
    std::vector<std::string> cells;
    for (const std::string& column : columns)
      cells.push_back(figure(model.metrics.at(result.protocol, column), "%.4f"));
    row(model.name, cells, cell(figure(model.seconds, "%.1f"), 7) + "  " + model.parameters);
  }
  for (const benchmark::Published& published : result.protocol.published) {
    std::vector<std::string> cells;
    for (const std::string& column : columns) {
      const auto found = std::find_if(published.metrics.begin(), published.metrics.end(),
                                      [&](const auto& metric) { return metric.first == column; });
      cells.push_back(found == published.metrics.end() ? "" : figure(found->second, "%.4f"));
    }
    row(published.model, cells, std::string("published: ") + published.source);
  }
  return text;
}

Exit run(Cli& cli, const BenchmarkOptions& options) {
  const benchmark::Split split = benchmark::read_split(options.folder);
  if (split.repeated > 0)
    cli.note(std::to_string(split.repeated) + " items stood twice in a user's line and count once");
  const Settings& settings = cli.settings();
  benchmark::Request request;
  request.protocol = options.name;
  request.models = options.models;
  if (request.models.empty()) {
    request.models = benchmark::contestant_names();
    request.models.emplace_back("blend");
  }
  request.jobs = options.jobs > 0 ? options.jobs : default_pool_workers();
  request.is_in_process = cli.common.in_process;
  const Registry::Options plugins{cli.home().plugin_directories(), cli.home().plugin_copies(),
                                  true};
  request.load_plugins = [plugins] { return Registry::load(plugins); };
  request.setting = [elements = settings.elements()](std::string_view key) {
    return elements.find(key);
  };
  request.note = [&](const std::string& text) { cli.note(text); };
  request.detail = [&](const std::string& text) { cli.verbose(text); };
  const Result result = benchmark::run_benchmark(split, request);
  cli.out(cli.common.json ? printed_json(json_of(result)) : table_of(result));
  return Exit::kDone;
}

}  // namespace

void add_benchmark(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<BenchmarkOptions>();
  CLI::App* verb =
      app.add_subcommand("benchmark", "Judge the models on a public data set, beside papers");
  verb->add_option("name", options->name,
                   "gowalla or citeulike: the protocol and its published rows; any other name is "
                   "judged as Gowalla is")
      ->required()
      ->type_name("NAME");
  verb->add_option("path", options->folder, "Folder with the train and the test file")
      ->required()
      ->type_name("PATH");
  verb->add_option("--models", options->models,
                   "Which, e.g. item_cf,ease,blend [default: all and their blend]")
      ->delimiter(',')
      ->type_name("NAME");
  verb->add_option("--jobs", options->jobs, "Workers that recommend at once [default: processors]")
      ->check(CLI::Range(1, 256))
      ->type_name("N");
  verb->footer(
      "Files: train.txt and test.txt (a user's number, then their items), or "
      "cf-train-10-users.dat\n"
      "and cf-test-10-users.dat (line i is user i: how many items, then the items), plain or .gz.\n"
      "Settings and the blend's weights are chosen on a tenth held out of train, never on test;\n"
      "--verbose shows what was compared. All items that a user has not in train are ranked;\n"
      "recall@k is hits / test items, ndcg@k has an ideal of min(k, test items) hits, both are\n"
      "means over all users with test items.");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
