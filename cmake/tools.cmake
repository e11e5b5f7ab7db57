# Targets beside the build: lint, fuzz, docs, bench, soak ... They say by themselves what is
# missing; scripts/install-packages check bench installs it.

# clang-tidy passes each source once: a stamp a file, older than what it read.
file(GLOB_RECURSE tidy_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/src/*.cpp ${PROJECT_SOURCE_DIR}/tests/*.cpp
  ${PROJECT_SOURCE_DIR}/bench/*.cpp ${PROJECT_SOURCE_DIR}/tools/*.cpp)
file(GLOB_RECURSE tidy_headers CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/*.hpp ${PROJECT_SOURCE_DIR}/tests/*.hpp
  ${PROJECT_SOURCE_DIR}/bench/*.hpp)
set(tidy_stamps "")
foreach(source IN LISTS tidy_sources)
  set(stamp ${PROJECT_BINARY_DIR}/tidy/${source}.passed)
  get_filename_component(folder ${stamp} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${stamp}
    COMMAND clang-tidy-19 --quiet --warnings-as-errors=* -p ${PROJECT_BINARY_DIR}
      ${PROJECT_SOURCE_DIR}/${source}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${source} ${tidy_headers} .clang-tidy
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    VERBATIM)
  list(APPEND tidy_stamps ${stamp})
endforeach()
add_custom_target(tidy DEPENDS ${tidy_stamps})
add_custom_target(lint
  COMMAND scripts/lint
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL)

# Fuzzing needs clang: the fuzz preset is built whatever preset this is.
add_custom_target(fuzz
  COMMAND scripts/build fuzz
  COMMAND scripts/fuzz
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL)

# The pages of docs/ that are made of the code.
add_custom_target(docs
  COMMAND scripts/make-docs $<TARGET_FILE:asepsis> $<TARGET_FILE:make_docs> docs
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  DEPENDS asepsis make_docs)

# Large captures to measure with, and the comparison; not part of `all`.
find_package(CLI11 REQUIRED)
add_executable(make_captures EXCLUDE_FROM_ALL
  bench/capture_writer.cpp
  bench/dicom_traffic.cpp
  bench/hl7_traffic.cpp
  bench/make_captures.cpp
  bench/mixed_traffic.cpp
  bench/tcp_conversation.cpp)
target_include_directories(make_captures PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(make_captures PRIVATE asepsis_core CLI11::CLI11)
add_executable(make_estate EXCLUDE_FROM_ALL bench/make_estate.cpp)
target_include_directories(make_estate PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(make_estate PRIVATE asepsis_core CLI11::CLI11)
add_custom_target(bench
  COMMAND bench/run
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis make_captures)

# The API on a large estate, by many people, while captures are read.
add_executable(serve_load EXCLUDE_FROM_ALL bench/serve_load.cpp)
target_link_libraries(serve_load PRIVATE CLI11::CLI11)
add_custom_target(serve_bench
  COMMAND bench/serve --build ${PROJECT_BINARY_DIR}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis make_captures make_estate serve_load)

# The pages on that estate, which serve_bench makes where it is not there.
add_custom_target(ui_large
  COMMAND bench/serve --build ${PROJECT_BINARY_DIR} --only-make
  COMMAND scripts/build-ui --packages-only
  COMMAND node tests/ui/large.mjs $<TARGET_FILE:asepsis> build/bench/estate.db
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis make_estate)

# Deriving, checking, drift and one new fact on a large estate.
add_custom_target(estate_bench
  COMMAND bench/estate
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis make_estate)

# A listener for SOAK_MINUTES (10) at SOAK_RATE (5000) packets a second.
add_custom_target(soak
  COMMAND tests/end_to_end/soak.py $<TARGET_FILE:asepsis> examples/hospital.pcapng.zst
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis)

# Instructions a packet against bench/instructions.json.
add_custom_target(instructions
  COMMAND bench/instructions --build ${PROJECT_BINARY_DIR}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis make_captures)

# The lab on a mirror port that is listened to, as root.
add_custom_target(lab_live
  COMMAND tests/end_to_end/lab_live.py $<TARGET_FILE:asepsis> lab
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis)

# The floods of the tests in full: ten million flows, and a million at once.
add_custom_target(floods
  COMMAND tests/end_to_end/flood.py $<TARGET_FILE:asepsis> 3500000
  COMMAND tests/end_to_end/flow_memory.py $<TARGET_FILE:asepsis> 990000
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL
  DEPENDS asepsis)
