#pragma once

#include <CLI/Formatter.hpp>
#include <string>

namespace limn::cli {

/// Help with wrapped descriptions and without type names.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* sub) const override;
};

extern const std::string program_footer;

/// What stands below a command's options. @param examples command lines, one a line, without indentation
std::string command_footer(const std::string& examples);

}  // namespace limn::cli
