// What parsers say. A fact is one claim about one subject; flow, time, packet
// and protocol are added by the pipeline, so every conclusion can be traced.
//
// The text of a fact is a view of the packet, in the sender's own bytes: it
// lives until on_fact() returns, and it is not safe to print until escaped.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.hpp"
#include "base/side.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "fact/claim.hpp"

namespace asepsis {

// How a conversation is protected on the wire.
enum class Security : std::uint8_t { clear, tls, dtls, ssh, quic, ipsec, other };

// Whom a fact is about: one side of the flow, or an address that a message
// names (the sender in an ARP reply, the client of a DHCP lease).
struct Subject {
  enum class Kind : std::uint8_t { client, server, address };

  Kind kind = Kind::client;
  Mac mac;  // kind address; none if the message does not tell
  Ip ip;

  constexpr Subject(Side side) : kind(side == Side::client ? Kind::client : Kind::server) {}
  constexpr Subject(const Mac& its_mac, const Ip& its_ip)
      : kind(Kind::address), mac(its_mac), ip(its_ip) {}
};

struct Fact {
  Subject about;
  Claim claim;
  std::string_view value;
  // The equipment spoken of, where a message names one: a serial number, an
  // EUI-64. Gateways and archives speak of equipment other than themselves,
  // so the inventory decides whether it is the endpoint. Facts of one message
  // about one piece of equipment carry the same name.
  std::string_view equipment = {};
  bool refused = false;  // the device was seen to refuse this
};

class FactSink {
 public:
  virtual void on_fact(const Fact& fact) = 0;

  // The flow turned out to carry this application with this protection: TLS
  // on a DICOM port, an HTTP connection that is FHIR. Names are those of
  // docs/protocols.md; a literal, kept by reference.
  virtual void on_application(std::string_view name, Security security) = 0;

  // From here on it is not the flow's own protocol that speaks but one that
  // rides in it (SDC or FHIR in HTTP); none: its own again. A literal, kept by
  // reference. See Riding.
  virtual void on_rider(std::string_view protocol) { static_cast<void>(protocol); }

  // The flow agreed on another, which carries this application: the data of FTP.
  // That side waits for it at the port; 0: at the one it speaks from here.
  virtual void on_related_flow(std::string_view application, Side listener, std::uint16_t port) {
    static_cast<void>(application);
    static_cast<void>(listener);
    static_cast<void>(port);
  }

  // When what is being read was captured, for what is true at some time only.
  virtual std::optional<Time> time() const { return std::nullopt; }

  // For messages that repeat themselves: true if what the parser is about to
  // say, which follows from `key` and the flow's two ends alone, has been said
  // before; it then counts as said again and must not be. Else the facts up to
  // said_all() are remembered under the key. What is asked within is said as part of it.
  virtual bool said_before(std::uint64_t key) {
    static_cast<void>(key);
    return false;
  }
  virtual void said_all() {}

  // Nothing is said if the value is empty once trimmed.
  void say(const Subject& about, Claim claim, std::string_view value) {
    say_of({}, about, claim, value);
  }
  void say_of(std::string_view equipment, const Subject& about, Claim claim,
              std::string_view value) {
    const std::string_view text = trimmed(value);
    if (!text.empty()) on_fact({about, claim, text, equipment});
  }

 protected:
  ~FactSink() = default;
};

// While it lives, facts are those of a protocol that rides in the flow's own.
// One at a time.
class Riding {
 public:
  Riding(FactSink& out, std::string_view protocol) : out_(out) { out_.on_rider(protocol); }
  Riding(const Riding&) = delete;
  Riding& operator=(const Riding&) = delete;
  ~Riding() { out_.on_rider({}); }

 private:
  FactSink& out_;
};

}  // namespace asepsis
