#include "cli/bot.hpp"

#include <CLI/CLI.hpp>

#include "bot/bot.hpp"
#include "cli/cli.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"

namespace engine {
namespace {

void tell_started(const Cli& cli, const bot::BotStarted& started) {
  if (cli.common.json) {
    cli.out(printed_json(nlohmann::ordered_json{{"bot", started.name}, {"people", started.people}},
                         -1));
    return;
  }
  cli.out("@" + started.name + " is there for " +
          (started.people == 1 ? "one person" : std::to_string(started.people) + " people") + "\n");
}

}  // namespace

void add_bot(CLI::App& app, Cli& cli) {
  auto setup = std::make_shared<bot::BotSetup>();
  CLI::App* verb =
      app.add_subcommand("bot", "Live with your lists on your phone: a bot of yours on Telegram");
  verb->add_option("account", setup->account, "The account of the bot; telegram@NAME for a second")
      ->type_name("ACCOUNT")
      ->default_str("telegram");
  verb->add_flag("--once", setup->is_once,
                 "Answer what has come since the last time, and end: for cron");
  verb->add_option("-j,--jobs", setup->workers, "How many requests are at work at once")
      ->type_name("N")
      ->check(CLI::Range(1, 64))
      ->default_str("2");
  verb->footer(
      "Once: make a bot with @BotFather on Telegram, then\n"
      "  engine connect telegram --secret FILE --secret-field token --field users=YOUR_NUMBER\n"
      "It obeys those numbers alone, and says those of others who write to it. See engine help "
      "bot.\n"
      "Ctrl-C ends it; what was asked meanwhile is answered when it is there again.");
  verb->fallthrough();
  verb->callback([&cli, setup] {
    cli.action = [&cli, setup] {
      setup->usual = cli.caller().asked;
      bot::run_bot(
          *setup, [&cli] { return cli.make_home(/*finds_recipes_anywhere=*/false); },
          [&cli](const bot::BotStarted& started) { tell_started(cli, started); },
          [&cli](const std::string& text) { cli.note(text); });
      return Exit::kDone;
    };
  });
}

}  // namespace engine
