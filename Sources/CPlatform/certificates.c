// SPDX-License-Identifier: Apache-2.0
// What libgit2 does about TLS when it starts, in an executable that is linked statically: it parses the
// machine's certificate authorities, which takes longer than most commands do, and no remote is ever
// talked to. Whoever wants one over https takes this out, and the linker's --wrap for it.

#ifdef ORCHESTRATE_STATIC

int __wrap_git_mbedtls_stream_global_init(void) { return 0; }

#endif
