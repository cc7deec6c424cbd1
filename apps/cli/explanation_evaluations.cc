#include "apps/cli/explanation_evaluations.h"

#include "options/methods.h"

namespace limn::cli {

void add_options(CLI::App& app, EvaluationOptions& options, const std::string& data, const std::string& limit,
                 const std::string& more_methods) {
  add_options(app, options.model);
  app.add_option("--data", options.data, data)->option_text("FILE")->group("Data")->required();
  app.add_option("--limit", options.limit, limit)->option_text("N")->group("Data")->check(CLI::PositiveNumber);
  add_options(app, options.method);
  app.get_option("--method")
      ->description("one or more, separated by commas: " + method_names() + ", " + more_methods +
                    "; default: gradient. Each uses the options below that apply to it")
      ->option_text("NAMES");
}

}  // namespace limn::cli
