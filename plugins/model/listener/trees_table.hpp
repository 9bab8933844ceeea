// A regression and boosted trees as tables of an artifact.
#pragma once

#include "../training.hpp"
#include "kernels/ridge_logistic.hpp"
#include "shared/boosted_trees.hpp"

namespace model {

/// Table "weights": weight, mean, scale f32, a row for each feature, then the constant.
void write_weights(playlist::ModelCall& call, const RidgeLogistic& learned);
/// Tables "trees": begin i32; "nodes": left, right, feature i32, value f32, missing_left u8; "boosted":
/// base f32 (shared/boosted_trees.hpp).
void write_trees(playlist::ModelCall& call, const shared::BoostedTreesOf& trees);

}  // namespace model
