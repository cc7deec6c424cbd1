#include "apps/cli/help.h"

#include <sstream>

namespace limn::cli {
namespace {

constexpr std::size_t column = 28;  // where descriptions start
constexpr std::size_t width = 100;

std::string wrapped(const std::string& text, std::size_t columns) {
  std::istringstream words(text);
  std::string result;
  std::size_t used = 0;
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > columns) {
      result += '\n';
      used = 0;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
  }
  return result;
}

}  // namespace

const std::string program_footer =
    "Models are Hugging Face checkpoint folders (see docs/models.md) or names, which are looked up beside the\n"
    "program, in ./models, in $LIMN_MODELS and in the Hugging Face cache. 'limn models' lists them, and\n"
    "'limn models pull ORG/NAME' downloads one.\n"
    "\n"
    "Examples:\n"
    "  limn explain -m minilm-l6-sentiment --text 'A gorgeous, witty film.'\n"
    "  limn explain -m minilm-l6-qa --question 'Who wrote it?' --context-file page.txt\n"
    "  limn explain -m minilm-l6-qa --input questions.jsonl --output explanations.jsonl --resume\n"
    "  limn COMMAND --help\n"
    "\n" +
    std::string(codes_and_environment);

HelpFormatter::HelpFormatter() {
  column_width(column);
  label("Positionals", "Arguments");
  label("SUBCOMMAND", "COMMAND");
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  if (app->get_parent() != nullptr) {
    name = app->get_name();
    for (const CLI::App* parent = app->get_parent(); parent != nullptr; parent = parent->get_parent())
      name = parent->get_name() + " " + name;
  }
  return CLI::Formatter::make_usage(app, name);
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description(), width - column);
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  return option->get_option_text().empty() ? "" : " " + option->get_option_text();
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  // The base class writes two empty lines between groups.
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at)) text.erase(at, 1);
  return text;
}

std::string HelpFormatter::make_subcommand(const CLI::App* sub) const {
  std::stringstream out;
  CLI::detail::format_help(out, sub->get_name(), wrapped(sub->get_description(), width - column), column);
  return out.str();
}

}  // namespace limn::cli
