// engine retrain: the models of somebody's listening, trained again where they are due.
//
// Due      What the person does has drifted since the model was trained, or it is older than its
//          card's retrain_days, else than the setting retrain.days (patterns/retrain_gate.hpp); or a
//          model that it read (its card says which) has a newer version, so that it speaks of what is
//          no longer there. Each row says which of these, or why not.
// Rows     A step is a model, by its name without "model.". Of one that is trained, the row is written
//          in the transaction that makes the version known: a retraining that is killed leaves both or
//          neither, and the next one trains what is left.
#pragma once

#include <string>
#include <vector>

#include "pipelines/update.hpp"

namespace engine::pipelines {

struct RetrainOptions {
  std::vector<std::string>
      models;              // with or without "model."; none: moods, next_mood, session_start
  bool is_forced = false;  // due or not
};

/// Of who was asked for, else of everybody. A model that is everybody's is trained once.
/// Throws Error: kUsage for a model that there is not, kStore while another training of the library is
/// under way, kInterrupted, kNothing where there is nobody.
PipelineReport retrain(const app::Caller& caller, const RetrainOptions& options);

}  // namespace engine::pipelines
