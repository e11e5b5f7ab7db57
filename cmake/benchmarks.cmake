# Measurements, built by name only: they prove nothing and need a quiet machine.

find_package(benchmark REQUIRED)
add_executable(net_benchmark EXCLUDE_FROM_ALL bench/net_benchmark.cpp)
target_link_libraries(net_benchmark PRIVATE asepsis_core benchmark::benchmark)
