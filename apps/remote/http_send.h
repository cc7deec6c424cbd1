#pragma once

#include <string>

#include "limn/collection.h"

namespace limn::remote {

/// Sends requests for collections on servers over HTTP and HTTPS, with libcurl, which is loaded when the first one is
/// made. Certificates are verified, redirects are not followed. The environment says who asks, how long to wait and
/// whom to trust:
///   LIMN_COLLECTION_API_KEY                            "Authorization: ApiKey KEY"
///   LIMN_COLLECTION_USER, LIMN_COLLECTION_PASSWORD     "Authorization: Basic …"
///   LIMN_COLLECTION_TIMEOUT                            seconds of one request; default: 60
///   LIMN_COLLECTION_CA_FILE                            certificates of authorities (PEM); default: the system's
///   http_proxy, https_proxy, no_proxy
/// @throws Error if libcurl is not there, or a variable has no sensible value
HttpSend http_send();

}  // namespace limn::remote
