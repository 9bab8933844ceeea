#include "plan/plan.hpp"

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "plan/step.hpp"

namespace engine {
namespace {

std::string value_text(const Plan& plan, const PlanValue& value) {
  std::ostringstream text;
  if (const auto* number = std::get_if<double>(&value)) {
    text << *number;
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    text << (*flag ? "true" : "false");
  } else if (const auto* word = std::get_if<std::string>(&value)) {
    text << '"' << *word << '"';
  } else if (const auto* node = std::get_if<NodeArgument>(&value)) {
    text << plan.at(node->node).label();
  } else {
    text << '{';
    const auto& list = std::get<ArgumentList>(value);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) text << ", ";
      if (const auto* n = std::get_if<double>(&list[i])) text << *n;
      if (const auto* s = std::get_if<std::string>(&list[i])) text << '"' << *s << '"';
    }
    text << '}';
  }
  return text.str();
}

std::string describe(const Plan& plan, const Node& node) {
  std::string text = node.label();
  if (!node.step->own_label(node).empty()) return text;  // which says its arguments
  std::string inside;
  const auto add = [&](const std::string& item) { inside += (inside.empty() ? "" : ", ") + item; };
  for (const auto& [name, value] : node.arguments) {
    const bool is_positional = name == "1";
    add((is_positional ? "" : name + " = ") + value_text(plan, value));
  }
  for (const auto& [column, weight] : node.weights) {
    std::ostringstream number;
    number << weight;
    add(column + " = " + number.str());
  }
  if (!inside.empty()) text += " { " + inside + " }";
  if (!node.function_at.empty()) text += "  (formula at " + node.function_at + ")";
  return text;
}

/// The place of a parameter in its step's list, or -1.
int place_of(const Node& node, std::string_view parameter) {
  const playlist_param* const* params = node.description->params;
  for (int place = 0; params[place] != nullptr; ++place)
    if (parameter == params[place]->name) return place;
  return -1;
}

/// What the node's recipe wrote for the parameter, or nullptr; the first may stand without a name.
template <class Value>
const Value* written_value(const Node& node, std::string_view parameter, int place) {
  for (const auto& [name, value] : node.arguments) {
    const auto* found = std::get_if<Value>(&value);
    if (found != nullptr && (name == parameter || (name == "1" && place == 0))) return found;
  }
  return nullptr;
}

/// The argument as written, else what `get_default` gives of the parameter.
template <class Value, class Default>
Value argument(const Node& node, std::string_view parameter, const Default& get_default) {
  const int place = place_of(node, parameter);
  if (place < 0)
    throw std::logic_error(node.name + " reads undeclared parameter " + std::string(parameter));
  if (const Value* value = written_value<Value>(node, parameter, place)) return *value;
  return get_default(*node.description->params[place]);
}

/// "weight 0.6, quota 200: ": what a branch has beside its candidates.
std::string branch_text(const Node& node, const Branch& branch) {
  std::ostringstream text;
  const auto add = [&](const char* name, double number) {
    text << (text.tellp() > 0 ? ", " : "") << name << " " << number;
  };
  for (const BranchField& field : node.step->branch_fields())
    if (field.is_weight) add(field.name, branch.weight);
  if (branch.quota > 0) add("quota", static_cast<double>(branch.quota));
  if (branch.at_least != Branch{}.at_least) add("at least", static_cast<double>(branch.at_least));
  if (text.tellp() > 0) text << ": ";
  return text.str();
}

}  // namespace

double Node::number(std::string_view parameter) const {
  return argument<double>(*this, parameter,
                          [](const playlist_param& param) { return param.default_number; });
}

std::size_t Node::count(std::string_view parameter) const {
  return static_cast<std::size_t>(number(parameter));
}

std::string Node::text(std::string_view parameter) const {
  return argument<std::string>(*this, parameter, [](const playlist_param& param) {
    return std::string(param.default_text != nullptr ? param.default_text : "");
  });
}

bool Node::has_parameter(std::string_view parameter) const {
  return place_of(*this, parameter) >= 0;
}

Arguments Node::written_arguments() const {
  static const playlist_table kEmpty{sizeof(playlist_table), 0, 0, nullptr};
  Arguments written;
  for (const auto& [name, value] : arguments) {
    std::visit(
        [&, &its_name = name](const auto& plain) {
          if constexpr (std::is_same_v<std::decay_t<decltype(plain)>, NodeArgument>) {
            written.emplace_back(its_name, TracksArgument{&kEmpty});
          } else {
            written.emplace_back(its_name, plain);
          }
        },
        value);
  }
  return written;
}

std::string Node::label() const {
  std::string own = step->own_label(*this);
  if (!own.empty()) return own;
  return occurrence == 0 ? name : name + " #" + std::to_string(occurrence + 1);
}

std::string Node::written() const {
  return step->written(*this);
}

int Plan::add(Node node) {
  node.id = static_cast<int>(nodes.size());
  for (const int read : reads_of(node)) node.depth = std::max(node.depth, at(read).depth);
  ++node.depth;
  node.occurrence = static_cast<int>(std::count_if(
      nodes.begin(), nodes.end(), [&](const Node& n) { return n.name == node.name; }));
  nodes.push_back(std::move(node));
  return nodes.back().id;
}

std::vector<int> Plan::reads_of(const Node& node) {
  std::vector<int> result;
  const auto add = [&](int read) {
    if (read >= 0 && std::find(result.begin(), result.end(), read) == result.end())
      result.push_back(read);
  };
  for (const int input : node.inputs) add(input);
  for (const Branch& branch : node.branches) add(branch.node);
  for (const Branch& branch : node.branches) add(branch.otherwise);
  for (const auto& [name, value] : node.arguments) {
    if (const auto* argument = std::get_if<NodeArgument>(&value)) add(argument->node);
  }
  return result;
}

std::vector<int> Plan::reachable() const {
  std::vector<int> order;
  std::vector<bool> is_seen(nodes.size());
  const std::function<void(int)> visit = [&](int id) {
    if (is_seen[static_cast<std::size_t>(id)]) return;
    is_seen[static_cast<std::size_t>(id)] = true;
    for (const int read : reads(id)) visit(read);
    order.push_back(id);
  };
  if (output >= 0) visit(output);
  return order;
}

std::string Plan::text() const {
  std::string text;
  std::vector<bool> is_shown(nodes.size());
  const std::function<void(int, int, const std::string&)> show = [&](int id, int depth,
                                                                     const std::string& role) {
    const Node& node = at(id);
    text += std::string(static_cast<std::size_t>(depth) * 2, ' ') + role + describe(*this, node);
    if (is_shown[static_cast<std::size_t>(id)]) {
      text += "  (as above)\n";
      return;
    }
    is_shown[static_cast<std::size_t>(id)] = true;
    text += "  -- " + node.where + "\n";
    for (const int input : node.inputs) show(input, depth + 1, "");
    for (const Branch& branch : node.branches) {
      show(branch.node, depth + 1, branch_text(node, branch));
      if (branch.otherwise >= 0) show(branch.otherwise, depth + 1, "otherwise: ");
    }
    for (const auto& [name, value] : node.arguments) {
      if (const auto* argument = std::get_if<NodeArgument>(&value)) {
        show(argument->node, depth + 1, (name == "1" ? "with" : name) + std::string(": "));
      }
    }
  };
  if (output >= 0) show(output, 0, "");
  return text;
}

std::string Plan::dot() const {
  const auto quoted = [](const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result + "\"";
  };
  std::string text =
      "digraph plan {\n  rankdir=BT;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (const int id : reachable()) {
    text += "  n" + std::to_string(id) + " [label=" + quoted(describe(*this, at(id))) + "];\n";
    for (const int read : reads(id)) {
      text += "  n" + std::to_string(read) + " -> n" + std::to_string(id) + ";\n";
    }
  }
  return text + "}\n";
}

}  // namespace engine
