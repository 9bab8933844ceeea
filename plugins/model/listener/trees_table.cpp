#include "trees_table.hpp"

namespace model {

void write_weights(playlist::ModelCall& call, const RidgeLogistic& learned) {
  RidgeLogistic rows = learned;
  rows.weights.push_back(learned.constant);
  rows.means.push_back(0);
  rows.scales.push_back(1);
  write_table(call, "weights", rows.weights.size(),
              {column_of("weight", PLAYLIST_F32, rows.weights.data()),
               column_of("mean", PLAYLIST_F32, rows.means.data()),
               column_of("scale", PLAYLIST_F32, rows.scales.data())});
}

void write_trees(playlist::ModelCall& call, const shared::BoostedTreesOf& trees) {
  write_table(call, "trees", trees.begin.size(),
              {column_of("begin", PLAYLIST_I32, trees.begin.data())});
  write_table(call, "nodes", trees.left.size(),
              {column_of("left", PLAYLIST_I32, trees.left.data()),
               column_of("right", PLAYLIST_I32, trees.right.data()),
               column_of("feature", PLAYLIST_I32, trees.feature.data()),
               column_of("value", PLAYLIST_F32, trees.value.data()),
               column_of("missing_left", PLAYLIST_U8, trees.missing_left.data())});
  write_table(call, "boosted", 1, {column_of("base", PLAYLIST_F32, &trees.base)});
}

}  // namespace model
