// engine ban, unban, like, unlike.
#pragma once

namespace CLI {
class App;
}

namespace engine {

class Cli;
void add_opinions(CLI::App& app, Cli& cli);

}  // namespace engine
