# Every test of the project. `ctest --preset release` runs them all.

enable_testing()
find_package(GTest REQUIRED)

# GoogleTest files link this: its header is precompiled once for all of them.
function(asepsis_unit_test name)
  add_executable(${name} tests/unit/${name}.cpp)
  target_link_libraries(${name} PRIVATE asepsis_core GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

asepsis_unit_test(decode_test)
asepsis_unit_test(tunnels_test)
asepsis_unit_test(pair_hash_test)
asepsis_unit_test(flow_table_test)
asepsis_unit_test(fragments_test)
asepsis_unit_test(capture_pcap_test)
asepsis_unit_test(capture_pcapng_test)
asepsis_unit_test(capture_source_test)
asepsis_unit_test(capture_use_test)
asepsis_unit_test(capture_pieces_test)
asepsis_unit_test(tls_hello_test)
asepsis_unit_test(scan_test)
asepsis_unit_test(hl7_message_key_test)

add_executable(run_cases tests/case.cpp tests/run_cases.cpp)
target_link_libraries(run_cases PRIVATE asepsis_core)
add_test(NAME cases COMMAND run_cases ${PROJECT_SOURCE_DIR}/tests/cases)

# Logs of other sensors: tests/logs/NAME.
add_executable(run_logs tests/run_logs.cpp)
target_link_libraries(run_logs PRIVATE asepsis_core)
add_test(NAME logs COMMAND run_logs ${PROJECT_SOURCE_DIR}/tests/logs)

# A fuzz target is built in every preset: with libFuzzer where asked for, else
# to replay its corpus as a test.
add_custom_target(fuzz_targets)
function(asepsis_fuzz_target name)
  add_executable(${name} tests/fuzz/${name}.cpp)
  target_link_libraries(${name} PRIVATE asepsis_core)
  add_dependencies(fuzz_targets ${name})
  if(ASEPSIS_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE tests/fuzz/replay.cpp)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  endif()
endfunction()
asepsis_fuzz_target(fuzz_decode)
asepsis_fuzz_target(fuzz_fragments)
asepsis_fuzz_target(fuzz_capture)
asepsis_fuzz_target(fuzz_identify)
asepsis_fuzz_target(fuzz_parsers)
asepsis_fuzz_target(fuzz_logs)
asepsis_fuzz_target(fuzz_documents)
asepsis_fuzz_target(fuzz_requests)
asepsis_fuzz_target(fuzz_repeats)

add_test(NAME layers
  COMMAND ${CMAKE_COMMAND} -P ${PROJECT_SOURCE_DIR}/cmake/check_layers.cmake)

asepsis_unit_test(udi_test)
asepsis_unit_test(soap_metadata_test)
target_link_libraries(soap_metadata_test PRIVATE pugixml::pugixml)
asepsis_unit_test(patient_privacy_test)
target_sources(patient_privacy_test PRIVATE tests/case.cpp)
target_compile_definitions(patient_privacy_test
  PRIVATE ASEPSIS_CASES="${PROJECT_SOURCE_DIR}/tests/cases")
asepsis_unit_test(identify_test)
asepsis_unit_test(knowledge_test)
asepsis_unit_test(oui_test)
asepsis_unit_test(pack_test)
asepsis_unit_test(rating_test)
asepsis_unit_test(finding_store_test)
asepsis_unit_test(finding_files_test)
target_link_libraries(finding_files_test PRIVATE simdjson::simdjson)
asepsis_unit_test(rows_test)
asepsis_unit_test(sensor_test)
asepsis_unit_test(register_test)
asepsis_unit_test(other_document_test)
asepsis_unit_test(export_test)
asepsis_unit_test(document_store_test)
asepsis_unit_test(community_id_test)
asepsis_unit_test(worker_test)
asepsis_unit_test(opening_shape_test)
asepsis_unit_test(fact_table_test)
asepsis_unit_test(reading_test)
asepsis_unit_test(live_store_test)
asepsis_unit_test(sandbox_test)
asepsis_unit_test(variants_test)
asepsis_unit_test(settings_test)
asepsis_unit_test(ahead_test)
asepsis_unit_test(appender_test)
asepsis_unit_test(areas_test)
asepsis_unit_test(drift_test)
asepsis_unit_test(top_test)
asepsis_unit_test(packet_ring_test)
asepsis_unit_test(inventory_test)
target_compile_definitions(inventory_test PRIVATE ASEPSIS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
asepsis_unit_test(update_cost_test)
asepsis_unit_test(documents_part_test)
asepsis_unit_test(update_test)
target_compile_definitions(update_test PRIVATE ASEPSIS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# End to end: the binary itself, on the example hospitals and, where they are
# there, on the captures of the lab beside the checkout.
set(end_to_end ${PROJECT_SOURCE_DIR}/tests/end_to_end)
set(examples ${PROJECT_SOURCE_DIR}/examples)
add_test(NAME killed COMMAND ${end_to_end}/killed.sh $<TARGET_FILE:asepsis> ${examples})
add_test(NAME full_disk COMMAND ${end_to_end}/full_disk.sh $<TARGET_FILE:asepsis> ${examples})
add_test(NAME unknown COMMAND ${end_to_end}/unknown.py $<TARGET_FILE:asepsis>)
add_test(NAME sensors COMMAND ${end_to_end}/sensors.py $<TARGET_FILE:asepsis>
  ${PROJECT_SOURCE_DIR}/tests/logs ${examples})
add_test(NAME privacy COMMAND ${end_to_end}/privacy.py $<TARGET_FILE:asepsis> ${examples}
  ${PROJECT_SOURCE_DIR}/tests/cases ${PROJECT_SOURCE_DIR}/tests/logs)
set_tests_properties(killed PROPERTIES TIMEOUT 300)
add_test(NAME replay COMMAND ${end_to_end}/live.py replay $<TARGET_FILE:asepsis> ${examples})
add_test(NAME live_findings COMMAND ${end_to_end}/live_findings.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME watch_troubles COMMAND ${end_to_end}/watch_troubles.py $<TARGET_FILE:asepsis>
  ${examples})
add_test(NAME live COMMAND ${end_to_end}/live.py interfaces $<TARGET_FILE:asepsis> ${examples})
# In full, with ten million flows and more: the target `floods`.
add_test(NAME flood COMMAND ${end_to_end}/flood.py $<TARGET_FILE:asepsis>)
add_test(NAME flow_memory COMMAND ${end_to_end}/flow_memory.py $<TARGET_FILE:asepsis>)
add_test(NAME daemon COMMAND ${end_to_end}/daemon.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME top COMMAND ${end_to_end}/top.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME packets COMMAND ${end_to_end}/packets.py $<TARGET_FILE:asepsis> ${examples}
  ${PROJECT_SOURCE_DIR}/tests/cases)
add_test(NAME passive COMMAND ${end_to_end}/passive.sh $<TARGET_FILE:asepsis>)
set_tests_properties(flow_memory live passive top PROPERTIES SKIP_RETURN_CODE 77)
# The search for leaks traces the process, which a sealed one forbids.
set_tests_properties(daemon flood live live_findings packets passive replay top watch_troubles
  PROPERTIES ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
add_test(NAME against_truth COMMAND ${end_to_end}/against_truth.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/../shared/lab/captures)
add_test(NAME lab_services COMMAND ${end_to_end}/lab_services.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/../shared/lab/captures)

add_test(NAME drift COMMAND ${end_to_end}/drift.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/../shared/lab/captures)

add_test(NAME documents COMMAND ${end_to_end}/documents.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/../shared/lab/captures ${PROJECT_SOURCE_DIR}/../shared/documents)
add_test(NAME areas COMMAND ${end_to_end}/areas.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME packs COMMAND ${end_to_end}/packs.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME findings COMMAND ${end_to_end}/findings.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/../shared/lab/captures)

add_test(NAME finding_schemas COMMAND ${end_to_end}/finding_schemas.py $<TARGET_FILE:asepsis>
  ${examples} ${PROJECT_SOURCE_DIR}/tests/schemas)
set_tests_properties(finding_schemas PROPERTIES SKIP_RETURN_CODE 77)

# The server: what it answers, and what is done to it.
asepsis_unit_test(web_test)
asepsis_unit_test(import_words_test)
add_test(NAME serve COMMAND ${end_to_end}/serve.py $<TARGET_FILE:asepsis> ${examples})
add_test(NAME serve_security COMMAND ${end_to_end}/serve_security.py $<TARGET_FILE:asepsis>
  ${examples})
set_tests_properties(serve serve_security PROPERTIES TIMEOUT 300)

# The pages that are made of the code say what it says.
add_executable(make_docs tools/make_docs.cpp)
target_link_libraries(make_docs PRIVATE asepsis_core)
add_test(NAME docs_up_to_date COMMAND ${PROJECT_SOURCE_DIR}/tests/docs_up_to_date.sh
  $<TARGET_FILE:asepsis> $<TARGET_FILE:make_docs>)
add_test(NAME labels COMMAND ${end_to_end}/labels.py $<TARGET_FILE:asepsis>
  ${PROJECT_SOURCE_DIR}/../shared/captures)
add_test(NAME against_tshark COMMAND ${end_to_end}/against_tshark.py $<TARGET_FILE:asepsis>
  ${PROJECT_SOURCE_DIR}/../shared/captures)

# The pages: that they are built, and by Chromium as people use them.
add_test(NAME ui_built COMMAND ${PROJECT_SOURCE_DIR}/tests/ui/built.sh)
add_test(NAME ui COMMAND ${PROJECT_SOURCE_DIR}/tests/ui/run.sh $<TARGET_FILE:asepsis> ${examples})
set_tests_properties(ui ui_built PROPERTIES SKIP_RETURN_CODE 77 LABELS browser TIMEOUT 600 RESOURCE_LOCK node_modules)

# The longest begin first, so that none is left running alone: where nothing was
# run before, nobody knows how long a test takes.
set_tests_properties(privacy ui PROPERTIES COST 100)
set_tests_properties(update_test flow_memory documents drift live serve serve_security ui_built
  PROPERTIES COST 50)
