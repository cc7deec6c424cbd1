// Exits with 0 if the installed library loads the given model and explains a sentence with it.
#include <limn/limn.h>

#include <iostream>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto model = limn::Model::load(arguments[1]);
  const auto why = model.explain("A gorgeous, witty film.");
  for (const auto& [begin, end, score] : why.words)
    std::cout << why.text.substr(begin, end - begin) << '\t' << score << '\n';
  return why.words.size() == 6 ? 0 : 1;  // four words, a comma and a full stop
}
