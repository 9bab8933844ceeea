#include "app/new_recipe.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <utility>

#include "app/recipe_files.hpp"
#include "core/paths.hpp"

namespace engine {

extern const std::string_view kNewRecipe;  // new_recipe.lua, embedded

namespace app {
namespace {

namespace fs = std::filesystem;

void check_name(const std::string& name) {
  constexpr std::size_t kLongest = 100;
  const auto is_allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  const bool is_good = !name.empty() && name.size() <= kLongest && name.front() != '-' &&
                       std::all_of(name.begin(), name.end(), is_allowed);
  if (is_good && !name.ends_with("_test")) return;
  throw Error(Exit::kUsage, "a recipe cannot be called \"" + name + "\"",
              {"", "",
               is_good ? "NAME_test.lua holds the tests of a recipe"
                       : "names hold a-z, A-Z, 0-9, _ and -, at most 100 of them",
               "choose another name, such as sunday-calm"});
}

/// "sunday-calm" as people read it.
std::string title_of(std::string name) {
  for (char& c : name)
    if (c == '-' || c == '_') c = ' ';
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

std::string with(std::string text, std::string_view mark, const std::string& value) {
  for (std::size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

NamedTexts copies(const Caller& caller, const std::string& name, const std::string& from) {
  const fs::path source = find_recipe(caller, from);
  NamedTexts texts{{name + ".lua", read_file(source.string())}};
  const fs::path tests = source.parent_path() / (source.stem().string() + "_test.lua");
  if (fs::is_regular_file(tests))
    texts.emplace_back(name + "_test.lua", read_file(find_recipe(caller, tests.string())));
  return texts;
}

void require_free(const fs::path& file, const std::string& name) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored))) return;
  throw Error(
      Exit::kInput, "there is a recipe " + name + " of yours already",
      {file.string(), "", "", "choose another name, or change that one: engine watch " + name});
}

}  // namespace

std::vector<std::string> make_recipe(const Caller& caller, const std::string& name,
                                     const std::string& from) {
  check_name(name);
  const NamedTexts texts =
      from.empty() ? NamedTexts{{name + ".lua", with(with(std::string(kNewRecipe), "@NAME@", name),
                                                     "@TITLE@", title_of(name))}}
                   : copies(caller, name, from);
  const fs::path folder = users_recipes();
  for (const auto& [file, text] : texts) require_free(folder / file, name);
  std::vector<std::string> files;
  // The tests first: a recipe that is there is whole.
  for (auto it = texts.rbegin(); it != texts.rend(); ++it) {
    files.insert(files.begin(), (folder / it->first).string());
    write_file_atomically(files.front(), it->second);
  }
  return files;
}

}  // namespace app
}  // namespace engine
