#pragma once

#include <string>

#include "common/base/options.h"

// What is printed for people from the same table that the command line is read by, so that it never
// says anything else than --help.
namespace webhooks::options {

// The manual page of the program (section 8), in mdoc(7).
std::string manual_page(const Program& program);

// A script that bash sources to complete the program's commands, flags and choices.
std::string bash_completion(const Program& program);

}  // namespace webhooks::options
