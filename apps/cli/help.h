#pragma once

#include <CLI/Formatter.hpp>
#include <string>

#include "apps/terminal/command.h"

namespace limn::cli {

/// Formats help texts with wrapped descriptions and without type names.
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

}  // namespace limn::cli
