// Annotations for lua-language-server: everything a recipe can write, with its help, so that
// editors complete and explain it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lua/lua_state.hpp"
#include "plugin/registry.hpp"

namespace engine {

struct StubFile {
  std::string name;  // "playlist.lua"
  std::string text;
};

/// playlist.lua: `pl`, its elements (those of all loaded plugins), verbs, combiners and parameters,
/// `user`, and the row with its columns; globals.lua: the functions every formula has. `library`:
/// columns of the library as formulas read them. The same registry gives the same bytes.
std::vector<StubFile> stub_files(const Registry& registry,
                                 const std::vector<FormulaColumn>& library);

/// The .luarc.json of a folder of recipes; `libraries` are the stub folder and the script folders,
/// as absolute paths. Recipes run in LuaJIT without io, os and the like.
std::string luarc_text(const std::vector<std::string>& libraries);

}  // namespace engine
