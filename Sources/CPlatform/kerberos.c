// SPDX-License-Identifier: Apache-2.0
// What libgit2 asks Kerberos for, in an executable that is linked statically: nobody ships Kerberos
// as an archive. It is only asked when a server wants such a login, and it says that it has none.

#ifdef ORCHESTRATE_STATIC

#include <stdint.h>

// GSS_S_UNAVAILABLE of RFC 2744.
enum { unavailable = 16 << 16 };

void *GSS_C_NT_HOSTBASED_SERVICE;

uint32_t gss_indicate_mechs(void) { return unavailable; }
uint32_t gss_import_name(void) { return unavailable; }
uint32_t gss_init_sec_context(void) { return unavailable; }
uint32_t gss_display_status(void) { return unavailable; }
uint32_t gss_delete_sec_context(void) { return unavailable; }
uint32_t gss_release_buffer(void) { return unavailable; }
uint32_t gss_release_name(void) { return unavailable; }
uint32_t gss_release_oid_set(void) { return unavailable; }

#endif
