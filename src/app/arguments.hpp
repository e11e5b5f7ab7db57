// The commands and options that the program takes, and what they fill in.

#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "app/areas_command.hpp"
#include "app/check_command.hpp"
#include "app/commands.hpp"
#include "app/drift_command.hpp"
#include "app/import_command.hpp"
#include "app/pack_command.hpp"
#include "app/packets_command.hpp"
#include "app/question_command.hpp"
#include "app/read_command.hpp"
#include "app/selftest_command.hpp"
#include "app/serve_command.hpp"
#include "app/top_command.hpp"
#include "app/user_command.hpp"
#include "app/watch_command.hpp"

namespace asepsis {

struct Arguments {
  ReadCommand read;
  ImportCommand import;
  WatchCommand watch;
  SelftestCommand selftest;
  ServeCommand serve;
  UserCommand user;
  AnswerOptions answer;
  CheckCommand check;
  FindingsOptions findings;
  AcceptCommand accept;
  AreasCommand areas;
  PackOptions pack;
  DriftCommand drift;
  TopCommand top;
  PacketsCommand packets;
  QuestionCommand question;
  bool json = false, csv = false;
  std::string id, attribute, sql, only;
};

// What brings something in: read, watch, selftest, import.
void add_sources(CLI::App& app, Arguments& arguments);
// What shows or judges what was brought in.
void add_questions(CLI::App& app, Arguments& arguments);
// Pages, the API and who may use them: serve, user.
void add_serving(CLI::App& app, Arguments& arguments);

}  // namespace asepsis
