// Names of topics and paths with all but common words masked: what names one
// thing of many has no end, and may be a patient.

#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

// Words that name kinds of things.
inline constexpr std::string_view kTopicWords[] = {
    "$sys",        "+",
    "ack",         "admin",
    "alarm",       "alarms",
    "alert",       "alerts",
    "api",         "area",
    "bed",         "beds",
    "bp",          "broker",
    "building",    "bus",
    "clients",     "cmd",
    "command",     "commands",
    "config",      "control",
    "core",        "data",
    "dev",         "device",
    "devices",     "dicom",
    "discovery",   "door",
    "ecg",         "edge",
    "energy",      "error",
    "event",       "events",
    "fhir",        "firmware",
    "floor",       "fridge",
    "gateway",     "glucose",
    "health",      "heartbeat",
    "hl7",         "homeassistant",
    "hospital",    "hr",
    "humidity",    "icu",
    "in",          "info",
    "infusion",    "lab",
    "light",       "lights",
    "location",    "log",
    "lwt",         "measurement",
    "message",     "messages",
    "meter",       "metrics",
    "monitor",     "monitors",
    "observation", "observations",
    "out",         "patient",
    "patients",    "power",
    "pressure",    "pump",
    "pumps",       "rd",
    "reading",     "readings",
    "relay",       "request",
    "response",    "room",
    "rooms",       "scada",
    "sensor",      "sensors",
    "sensorvalue", "service",
    "set",         "site",
    "spo2",        "state",
    "stats",       "status",
    "stream",      "switch",
    "system",      "tele",
    "telemetry",   "temp",
    "temperature", "test",
    "time",        "topic",
    "update",      "uptime",
    "v1",          "v2",
    "valve",       "ventilator",
    "version",     "vital",
    "vitals",      "ward",
    "wearable",    "wearables",
    "well-known",  ".well-known",
    "zigbee2mqtt",
};

// "ward/7/pump-1234/vitals" becomes "ward/+/+/vitals". What is deeper than
// eight segments is left out.
inline ShortText<200> topic_shape(std::string_view topic) {
  constexpr std::size_t kDeepest = 8;
  const auto common = [](std::string_view segment) {
    return segment.empty() || std::ranges::any_of(kTopicWords, [&](std::string_view word) {
             return same_letters(word, segment);
           });
  };
  ShortText<200> shape;
  bool person = false;
  for (std::size_t depth = 0; !topic.empty() || depth == 0; ++depth) {
    if (depth == kDeepest) return shape.add("/#"), shape;
    const std::string_view segment = topic.substr(0, topic.find('/'));
    topic.remove_prefix(std::min(topic.size(), segment.size() + 1));
    if (depth > 0) shape.add('/');
    shape.add(person || !common(segment) ? "+" : segment);
    person = same_letters(segment, "patient") || same_letters(segment, "patients");
  }
  return shape;
}

}  // namespace asepsis
