// engine benchmark NAME PATH: how well the models recall on a public split, beside published
// tables.
#include "benchmark/benchmark.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "benchmark/contestants.hpp"
#include "core/counted.hpp"
#include "plugin/registry.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using benchmark::Metrics;
using benchmark::Result;

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
    if (model.compared > 0) {
      row["compared"] = model.compared;
      row["is_cut_short"] = model.is_cut_short;
    }
    models.push_back(row);
  }
  return Json{{"benchmark", result.protocol.name},
              {"users", result.users},
              {"items", result.items},
              {"train", result.train},
              {"test", result.test},
              {"taught_users", result.taught},
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
  std::string text =
      result.protocol.name + ": " + counted(result.users, "user") + ", " +
      counted(result.items, "item") + ", train " + std::to_string(result.train) + ", test " +
      std::to_string(result.test) + ", " + counted(result.judged, "user") + " judged" +
      (result.taught < result.users ? ", " + std::to_string(result.taught) + " learned from\n\n"
                                    : "\n\n");
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

Answer judge_models(const app::Caller& caller, const Arguments& arguments) {
  const benchmark::Split split = benchmark::read_split(arguments.text("path"));
  if (split.repeated > 0)
    caller.note(std::to_string(split.repeated) +
                " items stood twice in a user's line and count once");
  const Settings& settings = caller.home.settings();
  benchmark::Request request;
  request.protocol = arguments.text("name");
  request.models = arguments.texts("models");
  if (request.models.empty()) {
    request.models = benchmark::contestant_names();
    request.models.emplace_back("blend");
  }
  request.chosen_by = arguments.texts("choose-by");
  request.random_seed = caller.asked.random_seed.value_or(1);
  request.search_seconds = arguments.number("search-seconds");
  if (arguments.has("train-share")) request.train_share = arguments.number("train-share");
  request.judge_outside = arguments.number("judge-outside");
  request.jobs = workers_of(arguments);
  request.is_in_process = caller.asked.in_process;
  const Registry::Options plugins{caller.home.plugin_directories(), caller.home.plugin_copies(),
                                  true};
  request.load_plugins = [plugins] { return Registry::load(plugins); };
  request.setting = [elements = settings.elements()](std::string_view key) {
    return elements.find(key);
  };
  request.note = [&](const std::string& text) { caller.note(text); };
  request.detail = [&](const std::string& text) { caller.verbose(text); };
  const Result result = benchmark::run_benchmark(split, request);
  return {.data = json_of(result), .text = table_of(result)};
}

}  // namespace

std::vector<Verb> benchmark_verbs() {
  return {
      {.name = "benchmark",
       .help = "Judge the models on a public data set, beside papers",
       .parameters = {{.name = "name",
                       .value_name = "NAME",
                       .help = "gowalla or citeulike: the protocol and its published rows; any "
                               "other name is judged as Gowalla is",
                       .is_first = true,
                       .is_required = true},
                      {.name = "path",
                       .value_name = "PATH",
                       .help = "Folder with the train and the test file",
                       .is_first = true,
                       .is_required = true,
                       .is_local = true},
                      {.name = "models",
                       .value_name = "NAME",
                       .help = "Which, e.g. item_cf,ease,blend [default: all and their blend]",
                       .is_several = true,
                       .separator = ','},
                      {.name = "choose-by",
                       .value_name = "METRIC",
                       .help = "What settings are chosen by, e.g. recall@50; the sum of several "
                               "[default: the benchmark's own]",
                       .is_several = true,
                       .separator = ','},
                      {.name = "search-seconds",
                       .type = Type::kNumber,
                       .value_name = "N",
                       .help = "Stop comparing a model's settings after so long, and say so "
                               "[default: never]",
                       .least = 0.001,
                       .most = 1e6},
                      {.name = "train-share",
                       .type = Type::kNumber,
                       .value_name = "SHARE",
                       .help = "Learn from this share of the users, and fold the others in "
                               "[default: 1, all]",
                       .least = 0.001,
                       .most = 1},
                      {.name = "judge-outside",
                       .type = Type::kNumber,
                       .value_name = "SHARE",
                       .help = "Judge only users whom --train-share SHARE would not learn from "
                               "[default: 0, all]",
                       .least = 0,
                       .most = 0.999},
                      {.name = "jobs",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "Workers that recommend at once [default: processors]",
                       .least = 1,
                       .most = 256}},
       .footer =
           "Files: train.txt and test.txt (a user's number, then their items), or "
           "cf-train-10-users.dat\n"
           "and cf-test-10-users.dat (line i is user i: how many items, then the items), plain or "
           ".gz.\n"
           "Settings and the blend's weights are chosen on a tenth held out of train, never on "
           "test:\n"
           "known settings and some drawn by --random-seed [default: 1] by little of it, the "
           "better\n"
           "third by more; --verbose shows what was compared. All items that a user has not in "
           "train are ranked;\n"
           "recall@k is hits / test items, ndcg@k has an ideal of min(k, test items) hits, both "
           "are\n"
           "means over all users with test items.",
       .answer = judge_models}};
}

}  // namespace engine::verbs
