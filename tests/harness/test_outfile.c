#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/outfile.h"

static char dir[64];

static void setup(void) {
    strcpy(dir, "/tmp/test-outfile-XXXXXX");
    cr_assert(mkdtemp(dir));
}

static const char *in_dir(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static unsigned entries(void) {
    unsigned n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void expect_content(const char *path, const char *want) {
    char got[64] = "";
    FILE *f = fopen(path, "r");
    cr_assert(f, "%s", path);
    got[fread(got, 1, sizeof got - 1, f)] = 0;
    fclose(f);
    cr_assert_str_eq(got, want);
}

static void remove_dir(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(outfile, .init = setup, .fini = remove_dir);

Test(outfile, target_appears_only_with_commit) {
    struct sim_err err = SIM_ERR_INIT;
    struct outfile file;
    struct stat info;
    const char *path = in_dir("out");
    cr_assert(outfile_open(&file, path, &err));
    fputs("new", file.stream);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert(outfile_commit(&file, &err), "%s", err.text);
    expect_content(path, "new");
    cr_assert_eq(entries(), 1);
    mode_t mask = umask(0);
    umask(mask);
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0666 & ~mask);
    outfile_abandon(&file); /* nothing left to do */
    expect_content(path, "new");
}

Test(outfile, abandon_keeps_the_old_file) {
    struct sim_err err = SIM_ERR_INIT;
    struct outfile file;
    const char *path = in_dir("out");
    cr_assert(outfile_write(path, "old", &err));
    cr_assert(outfile_open(&file, path, &err));
    fputs("half", file.stream);
    outfile_abandon(&file);
    expect_content(path, "old");
    cr_assert_eq(entries(), 1);
}

Test(outfile, unwritable_paths_are_clear_errors) {
    const char *const paths[] = {in_dir("no/such/dir/out"), "/tmp", "/proc/linkpulse-cannot"};
    for (size_t i = 0; i < 3; i++) {
        struct sim_err err = SIM_ERR_INIT;
        struct outfile file;
        cr_assert(!outfile_open(&file, paths[i], &err), "%s", paths[i]);
        cr_assert_eq(err.cls, SIM_ERR_INPUT);
        cr_assert_str_eq(err.file, paths[i]);
        cr_assert(strstr(err.text, "cannot write the file: "), "%s", err.text);
        outfile_abandon(&file);
    }
}

Test(outfile, full_disk_is_an_error) {
    struct sim_err err = SIM_ERR_INIT;
    if (access("/dev/full", W_OK) != 0)
        cr_skip_test("no /dev/full");
    cr_assert(!outfile_write("/dev/full", "x", &err));
    cr_assert_eq(err.cls, SIM_ERR_INPUT);
}

Test(outfile, devices_are_written_directly) {
    struct sim_err err = SIM_ERR_INIT;
    struct stat info;
    cr_assert(outfile_write("/dev/null", "x", &err), "%s", err.text);
    cr_assert_eq(stat("/dev/null", &info), 0);
    cr_assert(S_ISCHR(info.st_mode));
}

Test(outfile, what_an_earlier_run_left_is_removed) {
    struct sim_err err = SIM_ERR_INIT;
    const char *path = in_dir("old");
    cr_assert(outfile_write(path, "old", &err));
    cr_expect(outfile_remove(path, &err));
    cr_expect_eq(entries(), 0u);
    cr_expect(outfile_remove(path, &err), "nothing there is no error");
    cr_expect(outfile_remove("/dev/null", &err), "and a device stays");
    cr_expect_eq(access("/dev/null", F_OK), 0);
    cr_expect_eq(err.cls, SIM_ERR_NONE);
}
