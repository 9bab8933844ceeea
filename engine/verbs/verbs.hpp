// The table of everything the engine can be asked for. A front end that wants all of it goes
// through verbs(); what a family's file adds to it is there for each of them.
#pragma once

#include <string_view>
#include <vector>

#include "verbs/verb.hpp"

namespace engine::verbs {

/// In the order in which help lists them. A name stands behind the one it is below.
const std::vector<Verb>& verbs();
/// Null for a name that is none.
const Verb* find_verb(std::string_view name);

// One per file, which is called as it is without `_verbs`.
std::vector<Verb> run_verbs();
std::vector<Verb> check_verbs();
std::vector<Verb> plan_verbs();
std::vector<Verb> why_verbs();
std::vector<Verb> compare_verbs();
std::vector<Verb> test_verbs();
std::vector<Verb> stubs_verbs();
std::vector<Verb> help_verbs();
std::vector<Verb> schema_verbs();
std::vector<Verb> recipe_from_verbs();
std::vector<Verb> replay_verbs();
std::vector<Verb> runs_verbs();
std::vector<Verb> playlist_verbs();
std::vector<Verb> refresh_verbs();
std::vector<Verb> recipes_verbs();
std::vector<Verb> recipe_new_verbs();
std::vector<Verb> recipe_text_verbs();
std::vector<Verb> backtest_verbs();
std::vector<Verb> evaluate_verbs();
std::vector<Verb> tune_verbs();
std::vector<Verb> batch_verbs();
std::vector<Verb> cluster_verbs();
std::vector<Verb> train_verbs();
std::vector<Verb> models_verbs();
std::vector<Verb> update_weekly_verbs();
std::vector<Verb> benchmark_verbs();
std::vector<Verb> import_verbs();
std::vector<Verb> library_verbs();
std::vector<Verb> people_verbs();
std::vector<Verb> imports_verbs();
std::vector<Verb> opinions_verbs();
std::vector<Verb> feedback_verbs();
std::vector<Verb> discover_verbs();
std::vector<Verb> mood_verbs();
std::vector<Verb> cycling_verbs();
std::vector<Verb> stats_verbs();
std::vector<Verb> features_verbs();
std::vector<Verb> artwork_verbs();
std::vector<Verb> clusters_verbs();
std::vector<Verb> sessions_verbs();
std::vector<Verb> dashboard_verbs();
std::vector<Verb> drift_verbs();
std::vector<Verb> update_verbs();  // and retrain
std::vector<Verb> metrics_verbs();
std::vector<Verb> accounts_verbs();
std::vector<Verb> listen_verbs();
std::vector<Verb> sync_verbs();
std::vector<Verb> scrobble_verbs();
std::vector<Verb> jobs_verbs();
std::vector<Verb> dataset_verbs();
std::vector<Verb> demo_verbs();
std::vector<Verb> plugins_verbs();
std::vector<Verb> plugin_new_verbs();
std::vector<Verb> config_verbs();
std::vector<Verb> doctor_verbs();

}  // namespace engine::verbs
