// From what the makers publish for those who must open a firewall to them.

#include "proto/remote_support.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace asepsis {
namespace {

// The domain itself, or a name below it.
struct Tool {
  std::string_view domain, name;
};

constexpr Tool kTools[] = {
    {"teamviewer.com", "TeamViewer"},
    {"teamviewer.cn", "TeamViewer"},
    {"dyngate.com", "TeamViewer"},
    {"anydesk.com", "AnyDesk"},
    {"anydesk.com.cn", "AnyDesk"},
    {"logmein.com", "LogMeIn"},
    {"logmeinrescue.com", "LogMeIn Rescue"},
    {"logmeinrescue.eu", "LogMeIn Rescue"},
    {"logmein-gateway.com", "LogMeIn"},
    {"logme.in", "LogMeIn"},
    {"gotoassist.com", "GoToAssist"},
    {"gotoassist.me", "GoToAssist"},
    {"gotoassist.at", "GoToAssist"},
    {"fastsupport.com", "GoToAssist"},
    {"goto-rtc.com", "GoTo Resolve"},
    {"gotoresolve.com", "GoTo Resolve"},
    {"gotomypc.com", "GoToMyPC"},
    {"screenconnect.com", "ScreenConnect"},
    {"hostedrmm.com", "ConnectWise Automate"},
    {"splashtop.com", "Splashtop"},
    {"splashtop.eu", "Splashtop"},
    {"bomgar.com", "BeyondTrust"},
    {"bomgarcloud.com", "BeyondTrust"},
    {"beyondtrustcloud.com", "BeyondTrust"},
    {"rustdesk.com", "RustDesk"},
    {"remotedesktop-pa.googleapis.com", "Chrome Remote Desktop"},
    {"remotedesktop.google.com", "Chrome Remote Desktop"},
    {"chromoting-host.talkgadget.google.com", "Chrome Remote Desktop"},
    {"remoteassistance.support.services.microsoft.com", "Microsoft Quick Assist"},
    {"supremocontrol.com", "Supremo"},
    {"nanosystems.it", "Supremo"},
    {"remoteutilities.com", "Remote Utilities"},
    {"ammyy.com", "Ammyy Admin"},
    {"aeroadmin.com", "AeroAdmin"},
    {"ultraviewer.net", "UltraViewer"},
    {"dwservice.net", "DWService"},
    {"islonline.net", "ISL Online"},
    {"islonline.com", "ISL Online"},
    {"zohoassist.com", "Zoho Assist"},
    {"assist.zoho.com", "Zoho Assist"},
    {"assist.zoho.eu", "Zoho Assist"},
    {"netviewer.com", "Netviewer"},
    {"getscreen.me", "Getscreen"},
    {"parsec.app", "Parsec"},
    {"atera.com", "Atera"},
    {"ninjarmm.com", "NinjaOne"},
    {"kaseya.net", "Kaseya"},
    {"remotepc.com", "RemotePC"},
    {"realvnc.com", "RealVNC Connect"},
    {"distant-desktop.com", "Distant Desktop"},
    {"securelink.com", "SecureLink"},
    {"axeda.com", "Axeda"},
};

bool is_below(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size()) return false;
  const std::size_t start = name.size() - domain.size();
  return same_letters(name.substr(start), domain) && (start == 0 || name[start - 1] == '.');
}

}  // namespace

std::string_view remote_support_of(std::string_view server_name) {
  const auto found = std::ranges::find_if(
      kTools, [&](const Tool& tool) { return is_below(server_name, tool.domain); });
  return found != std::end(kTools) ? found->name : std::string_view();
}

std::string_view remote_support_of_subject(std::string_view subject) {
  const auto has = [subject](std::string_view part) {
    return subject.find(part) != std::string_view::npos;
  };
  return has("CN=AnyNet Relay") || has("CN=AnyDesk Client") ? "AnyDesk" : std::string_view();
}

}  // namespace asepsis
