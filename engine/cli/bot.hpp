// engine bot: what is said on Telegram, until Ctrl-C. As engine serve no answer, but a session.
#pragma once

namespace CLI {
class App;
}

namespace engine {

class Cli;

void add_bot(CLI::App& app, Cli& cli);

}  // namespace engine
