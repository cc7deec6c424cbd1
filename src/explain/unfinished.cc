// Methods that are still to be written; each leaves this file when it is.
#include "explain/methods.h"
#include "limn/error.h"

namespace limn {

namespace {
[[noreturn]] void unfinished() { throw Error({.thing = "--method", .found = "a method that is not written yet"}); }
}  // namespace

Attribution attribute(const Subject&, const Lime&) { unfinished(); }
Attribution attribute(const Subject&, const PartitionShap&) { unfinished(); }

}  // namespace limn
