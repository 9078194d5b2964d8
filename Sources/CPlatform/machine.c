// SPDX-License-Identifier: Apache-2.0
// What the machine says of itself: randomness, time since boot, kinds of file systems.

#include "platform.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <time.h>

int orchestrate_random(void *bytes, size_t count) {
  unsigned char *next = bytes;
  while (count > 0) {
    ssize_t filled = getrandom(next, count, 0);
    if (filled < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    next += filled;
    count -= (size_t)filled;
  }
  return 0;
}

int64_t orchestrate_boot_time_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Numbers that <linux/magic.h> does not carry, as their file systems define them.
#define GFS2_FILE_SYSTEM_MAGIC 0x01161970
#define LUSTRE_MAGIC 0x0BD00BD0
#define GPFS_MAGIC 0x47504653
#define PRL_FS_MAGIC 0x7C7C6673
#define VBOX_SHARED_FOLDER_MAGIC 0x786F4256
#define VMWARE_SHARED_FOLDER_MAGIC 0xBACBACBC

static const struct {
  unsigned long magic;
  const char *name;
} shared_file_systems[] = {
    {NFS_SUPER_MAGIC, "nfs"},
    {SMB_SUPER_MAGIC, "smb"},
    {SMB2_SUPER_MAGIC, "smb2"},
    {CIFS_SUPER_MAGIC, "cifs"},
    {AFS_SUPER_MAGIC, "afs"},
    {AFS_FS_MAGIC, "afs"},
    {CODA_SUPER_MAGIC, "coda"},
    {NCP_SUPER_MAGIC, "ncp"},
    {CEPH_SUPER_MAGIC, "ceph"},
    {V9FS_MAGIC, "9p"},
    {OCFS2_SUPER_MAGIC, "ocfs2"},
    {GFS2_FILE_SYSTEM_MAGIC, "gfs2"},
    {LUSTRE_MAGIC, "lustre"},
    {GPFS_MAGIC, "gpfs"},
    {PRL_FS_MAGIC, "parallels shared folder"},
    {VBOX_SHARED_FOLDER_MAGIC, "virtualbox shared folder"},
    {VMWARE_SHARED_FOLDER_MAGIC, "vmware shared folder"},
};

/// One number stands for everything that speaks the FUSE protocol, virtiofs among it, so the mount
/// table must say which it is. Containers run on fuse-overlayfs and disks on fuseblk: those two are
/// local, and anything else is taken to be shared.
static const char *shared_fuse(const char *path) {
  struct stat information;
  if (stat(path, &information) != 0) return "fuse";
  char device[32];
  snprintf(device, sizeof device, " %u:%u ", major(information.st_dev), minor(information.st_dev));
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  if (mounts == NULL) return "fuse";
  const char *name = "fuse";
  char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, mounts) > 0) {
    const char *type = strstr(line, " - ");
    if (type == NULL || strstr(line, device) == NULL) continue;
    type += 3;
    if (strncmp(type, "virtiofs ", 9) == 0) name = "virtiofs";
    if (strncmp(type, "fuseblk ", 8) == 0) name = NULL;
    if (strncmp(type, "fuse.fuse-overlayfs ", 20) == 0) name = NULL;
    break;
  }
  free(line);
  fclose(mounts);
  return name;
}

const char *orchestrate_shared_file_system(const char *path) {
  struct statfs information;
  int result;
  do {
    result = statfs(path, &information);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return NULL;
  // The kernel's field is signed and as wide as a word; the numbers are 32 bits.
  unsigned long magic = (unsigned long)information.f_type & 0xFFFFFFFF;
  const char *name = magic == FUSE_SUPER_MAGIC ? shared_fuse(path) : NULL;
  size_t count = sizeof shared_file_systems / sizeof shared_file_systems[0];
  for (size_t i = 0; i < count; i++) {
    if (shared_file_systems[i].magic == magic) name = shared_file_systems[i].name;
  }
  errno = 0;
  return name;
}
