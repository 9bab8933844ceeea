// engine watch RECIPE: runs it again at every save and shows what moved. The one verb that is not
// an answer but a session at a terminal.
#pragma once

namespace CLI {
class App;
}

namespace engine {

class Cli;

void add_watch(CLI::App& app, Cli& cli);

}  // namespace engine
