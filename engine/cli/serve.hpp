// engine serve: the page and the API, until Ctrl-C. As engine watch no answer, but a session.
#pragma once

namespace CLI {
class App;
}

namespace engine {

class Cli;

void add_serve(CLI::App& app, Cli& cli);

}  // namespace engine
