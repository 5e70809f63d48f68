/* A moment's program counter as function, line and text, from an image as it was built. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/image.h"
#include "harness/sha256.h"
#include "harness/view/sidecar.h"

#define IMAGE FIRMWARE_DIR "/rxdump_f401.elf"

static struct image image;
static char hash[SHA256_HEX];

static void setup(void) {
    struct sim_err err = SIM_ERR_INIT;
    if (access(IMAGE, R_OK) != 0)
        cr_skip_test("no image was built: arm-none-eabi-gcc is absent");
    cr_assert(image_load(&image, IMAGE, false, 0, &err), "%s", err.text);
    sha256_hex(image.file, image.file_size, hash);
}

static void finish(void) {
    image_finish(&image);
}

TestSuite(view_code, .init = setup, .fini = finish);

static struct code *open_as(const char *elf, const char *wave, char note[512]) {
    const struct sidecar sidecar = {.elf = elf, .sha256 = hash, .chip = "f401re"};
    return code_open(&sidecar, wave, note, 512);
}

Test(view_code, tells_function_line_and_text) {
    char note[512], text[DETAIL_TEXT], bare[DETAIL_TEXT];
    struct code *code = open_as(IMAGE, "a.vcd", note);
    const struct image_symbol *deliver = image_symbol(&image, "lp_deliver_frame");
    cr_assert(code && !note[0], "%s", note);
    cr_assert_str_eq(code_function(code, deliver->address), "lp_deliver_frame");
    cr_assert(code_at(code, deliver->address, text, sizeof text));
    cr_assert_eq(strncmp(text, "lp_deliver_frame at ", 20), 0, "%s", text);
    if (!strstr(text, "rx_check.c:"))
        cr_skip_test("no source lines in this build");
    cr_assert(strstr(text, "rx_check.c:"), "%s", text);
    /* the text after the place is that line of the file */
    const char *place = strstr(text, "rx_check.c:");
    unsigned line = (unsigned)atoi(place + strlen("rx_check.c:"));
    FILE *file = fopen(SOURCE_ROOT "/firmware/drivers/rx_check.c", "r");
    cr_assert(file);
    for (unsigned i = 0; i < line; i++)
        cr_assert(fgets(bare, sizeof bare, file));
    fclose(file);
    bare[strcspn(bare, "\n")] = 0;
    const char *shown = strstr(place, ": ");
    cr_assert(shown, "%s", text);
    cr_assert_str_eq(shown + 2, bare + strspn(bare, " \t"));
    cr_assert(code_at(code, deliver->address, bare, sizeof bare));
    cr_assert_str_eq(bare, text, "the same again");
    code_close(code);
}

Test(view_code, knows_handlers_and_what_is_no_code) {
    char note[512], text[DETAIL_TEXT];
    struct code *code = open_as(IMAGE, "a.vcd", note);
    cr_assert(code);
    cr_assert_str_eq(code_handler(code, 30), "RX_DMA_IRQHandler"); /* DMA1 stream 3 */
    cr_assert_null(code_handler(code, 511));
    cr_assert(!code_at(code, 0x20000000, text, sizeof text));
    cr_assert_null(code_function(code, 0xfffffffe));
    cr_assert(!code_at(NULL, 0, text, sizeof text));
    cr_assert_null(code_handler(NULL, 3));
    code_close(code);
}

Test(view_code, an_image_that_changed_or_went_is_said) {
    char note[512], dir[] = "/tmp/test-code-XXXXXX", wave[64], copy[96], command[256];
    hash[0] ^= 1;
    cr_assert_null(open_as(IMAGE, "a.vcd", note));
    cr_assert(strstr(note, "built anew"), "%s", note);
    hash[0] ^= 1;
    cr_assert_null(open_as("/no/such/x.elf", "a.vcd", note));
    cr_assert(note[0] && !strchr(note, '\n'));
    cr_assert_null(open_as(NULL, "a.vcd", note));
    cr_assert_str_eq(note, "", "no firmware is nothing to be told");
    /* moved together with the waves */
    cr_assert(mkdtemp(dir));
    snprintf(wave, sizeof wave, "%s/a.vcd", dir);
    snprintf(copy, sizeof copy, "%s/x.elf", dir);
    snprintf(command, sizeof command, "cp %s %s", IMAGE, copy);
    cr_assert_eq(system(command), 0);
    struct code *code = open_as("/no/such/x.elf", wave, note);
    cr_assert(code, "%s", note);
    code_close(code);
    unlink(copy);
    rmdir(dir);
}

/* Neither an image nor a source that waits for a writer is waited for. */
Test(view_code, what_is_no_file_is_not_read, .timeout = 20) {
    char note[512], text[DETAIL_TEXT], dir[] = "/tmp/test-code-XXXXXX";
    const struct image_symbol *deliver = image_symbol(&image, "lp_deliver_frame");
    struct code *code = open_as(IMAGE, "a.vcd", note);
    cr_assert(code && mkdtemp(dir) && chdir(dir) == 0);
    cr_assert_eq(mkfifo("x.elf", 0600), 0);
    cr_assert_null(open_as("x.elf", "a.vcd", note));
    cr_assert(strstr(note, "is not a regular file"), "%s", note);
    cr_assert_eq(system("mkdir -p firmware/drivers && mkfifo firmware/drivers/rx_check.c"), 0);
    cr_assert(code_at(code, deliver->address, text, sizeof text));
    code_close(code);
    cr_assert_eq(chdir("/"), 0);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}
