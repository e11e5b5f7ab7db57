// Who answers: a function a row of web/routes.cpp.

#pragma once

#include "web/routes.hpp"

namespace asepsis {

// web/session_pages.cpp
Response get_session(const Asked& asked);
Response log_in(const Asked& asked);
Response log_out(const Asked& asked);
Response change_own_password(const Asked& asked);
Response begin_oidc(const Asked& asked);
Response end_oidc(const Asked& asked);
// web/people_pages.cpp
Response list_users(const Asked& asked);
Response create_user(const Asked& asked);
Response change_user(const Asked& asked);
Response delete_user(const Asked& asked);
Response list_tokens(const Asked& asked);
Response create_token(const Asked& asked);
Response delete_token(const Asked& asked);
Response list_audit(const Asked& asked);
Response list_saved_views(const Asked& asked);
Response create_saved_view(const Asked& asked);
Response delete_saved_view(const Asked& asked);
// web/sensor_pages.cpp
Response get_health(const Asked& asked);
Response get_openapi(const Asked& asked);
Response get_sensor(const Asked& asked);
Response get_vocabulary(const Asked& asked);
Response listen_to_events(const Asked& asked);
// web/today.cpp
Response get_today(const Asked& asked);
Response today_of(const Asked& asked, const ModelList& models);
// web/device_list.cpp, web/device_pages.cpp
Response list_devices(const Asked& asked);
Response get_device_facets(const Asked& asked);
Response get_device(const Asked& asked);
Response list_device_settings(const Asked& asked);
Response list_device_conversations(const Asked& asked);
Response list_device_services(const Asked& asked);
Response list_device_findings(const Asked& asked);
Response list_device_history(const Asked& asked);
// web/why.cpp
Response get_why(const Asked& asked);
// web/model_pages.cpp
Response list_models(const Asked& asked);
Response get_model(const Asked& asked);
Response get_model_plan(const Asked& asked);
// web/finding_list.cpp, web/finding_pages.cpp
Response list_findings(const Asked& asked);
Response get_finding_facets(const Asked& asked);
Response get_finding(const Asked& asked);
Response decide_finding(const Asked& asked);
Response list_classes(const Asked& asked);
// web/map.cpp
Response get_map(const Asked& asked);
// web/ask.cpp
Response ask(const Asked& asked);
Response list_views(const Asked& asked);
// web/import_pages.cpp
Response list_imports(const Asked& asked);
Response create_import(const Asked& asked);
Response get_import(const Asked& asked);
Response cancel_import(const Asked& asked);

}  // namespace asepsis
