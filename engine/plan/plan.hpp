// A plan: the graph of lazy nodes that a recipe's build() describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "plugin/arguments.hpp"
#include "plugin/registry.hpp"

namespace engine {

/// A node given as an argument, e.g. seeds = likes.
struct NodeArgument {
  int node;
};
using PlanValue = std::variant<double, bool, std::string, ArgumentList, NodeArgument>;

/// One input of a combiner.
struct Branch {
  int node = -1;
  double weight = 1;         // mix: share; blend: weight
  int otherwise = -1;        // mix: node that fills the slots this branch cannot
  std::size_t quota = 0;     // blend: of its best candidates; 0: all
  std::size_t at_least = 1;  // fallback: candidates that it needs to be taken
  std::string title = {};    // fallback: what a list of this branch is called; "" as always
  bool is_told = true;       // fallback: that it was taken is said
};

class Step;

/// What a plan may hold: passes over it follow its chains by recursion.
constexpr std::size_t kMostNodes = 10'000;
constexpr int kLongestChain = 1'000;

struct Node {
  int id = 0;
  int depth = 0;               // steps on the longest chain that ends here, itself included
  std::string name;            // "recall.genre", "limit", "mix" ...: of its step
  const Step* step = nullptr;  // what it is and does; there for as long as the program runs
  std::string where, source;   // the recipe's file:line and that line
  const playlist_element* description =
      nullptr;                       // parameters; of a plugin's element or of a built-in step
  const Element* element = nullptr;  // set for plugin elements
  std::vector<int> inputs;
  std::vector<std::pair<std::string, PlanValue>> arguments;
  std::vector<Branch> branches;
  int function = -1;                                    // Lua registry reference of a row function
  std::string function_at;                              // file:line where it was written
  std::vector<std::pair<std::string, double>> weights;  // score_weights, by column name
  int occurrence = 0;  // how many nodes of the same step came before: names the random stream

  /// The argument as written, else the parameter's default. Throws std::logic_error where the step
  /// has no such parameter.
  [[nodiscard]] double number(std::string_view parameter) const;
  [[nodiscard]] std::size_t count(std::string_view parameter) const;  // a number that is whole
  [[nodiscard]] std::string text(std::string_view parameter) const;   // "" without a default
  [[nodiscard]] bool has_parameter(std::string_view parameter) const;
  /// As they are written; a set without tracks stands in for those that are nodes.
  [[nodiscard]] Arguments written_arguments() const;

  /// Reads nothing: one of the user's sets, or a recall.
  [[nodiscard]] bool is_source() const { return inputs.empty() && branches.empty(); }
  /// "recall.genre", "recall.genre #2" where a plan has several, "user.likes" for the user's sets.
  [[nodiscard]] std::string label() const;
  /// As a recipe writes it: ":filter", "pl.mix", "recall.genre", "user.likes", "+".
  [[nodiscard]] std::string written() const;
};

struct Plan {
  std::vector<Node> nodes;
  int output = -1;

  int add(Node node);  // sets id, depth and occurrence
  [[nodiscard]] const Node& at(int id) const { return nodes[static_cast<std::size_t>(id)]; }
  /// Node ids this node reads: inputs, branches, otherwise and node arguments, each once, in that
  /// order.
  [[nodiscard]] std::vector<int> reads(int id) const { return reads_of(at(id)); }
  [[nodiscard]] static std::vector<int> reads_of(const Node& node);
  /// The nodes the output hangs on, inputs before users.
  [[nodiscard]] std::vector<int> reachable() const;
  /// An indented text, one node a line, from the output down.
  [[nodiscard]] std::string text() const;
  /// A Graphviz digraph.
  [[nodiscard]] std::string dot() const;
};

}  // namespace engine
